package io.mlops4j.runtime.registry.jdbc;

import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.runtime.registry.store.VersionList;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A model's versions, from the columns beside the manifests. */
record JdbcVersionList(Database database, String model) implements VersionList {
  @Override
  public List<Integer> of(Digest digest, Optional<Digest> card, int last) {
    String sql = "SELECT seq FROM $version WHERE model = ? AND seq <= ? AND digest = ?";
    List<Object> values = new ArrayList<>(List.of(model, last, digest.toString()));
    card.ifPresent(value -> values.add(value.toString()));
    return database.list(
        "look for a digest",
        sql + (card.isPresent() ? " AND card_digest = ?" : "") + " ORDER BY seq DESC",
        row -> row.getInt(1),
        values.toArray());
  }

  @Override
  public Optional<VersionList.End> end(int last) {
    return database.first(
        "read",
        "SELECT seq, ended FROM $version WHERE model = ? ORDER BY seq DESC "
            + "FETCH FIRST 1 ROWS ONLY",
        row -> new VersionList.End(row.getInt(1), digest(row, "ended")),
        model);
  }

  @Override
  public List<ModelVersion> all(int last) {
    return database.list(
        "read",
        "SELECT seq, digest FROM $version WHERE model = ? AND seq <= ? ORDER BY seq",
        row -> new ModelVersion(model, row.getInt(1), digest(row, "digest")),
        model,
        last);
  }

  private Digest digest(ResultSet row, String column) throws SQLException {
    return database.digest(model, row.getInt(1), column, row.getString(2));
  }
}
