package io.mlops4j.runtime.registry.jdbc;

import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.runtime.registry.store.VersionList;
import java.util.List;
import java.util.Optional;

/** What the columns beside the manifests say of a model's versions. */
record JdbcVersionList(Database database, String model) implements VersionList {
  @Override
  public List<Integer> candidates(Digest digest, Digest card, int last) {
    return database.run(
        "look for the same version",
        session ->
            session.list(
                "SELECT seq FROM $version WHERE model = ? AND digest = ? AND card_digest = ? "
                    + "AND seq <= ? ORDER BY seq DESC",
                row -> row.getInt(1),
                model,
                digest.toString(),
                card.toString(),
                last));
  }

  @Override
  public List<Integer> of(Digest digest, int last) {
    return database.run(
        "look for a digest",
        session ->
            session.list(
                "SELECT seq FROM $version WHERE model = ? AND digest = ? AND seq <= ? "
                    + "ORDER BY seq DESC",
                row -> row.getInt(1),
                model,
                digest.toString(),
                last));
  }

  @Override
  public Optional<VersionList.End> end(int last) {
    return database.run(
        "read",
        session ->
            session.first(
                "SELECT seq, ended FROM $version WHERE model = ? ORDER BY seq DESC "
                    + "FETCH FIRST 1 ROWS ONLY",
                row -> new VersionList.End(row.getInt(1), Digest.parse(row.getString(2))),
                model));
  }

  @Override
  public List<ModelVersion> all(int last) {
    return database.run(
        "read",
        session ->
            session.list(
                "SELECT seq, digest FROM $version WHERE model = ? AND seq <= ? ORDER BY seq",
                row -> new ModelVersion(model, row.getInt(1), Digest.parse(row.getString(2))),
                model,
                last));
  }
}
