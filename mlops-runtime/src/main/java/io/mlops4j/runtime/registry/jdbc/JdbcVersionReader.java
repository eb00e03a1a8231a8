package io.mlops4j.runtime.registry.jdbc;

import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.runtime.internal.document.Document;
import io.mlops4j.runtime.registry.store.Manifest;
import io.mlops4j.runtime.registry.store.VersionList;
import io.mlops4j.runtime.registry.store.VersionReader;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Reads versions of one model by the page, in the order of their numbers. */
final class JdbcVersionReader implements VersionReader {
  private static final String VERSIONS =
      "SELECT seq, digest, card_digest, ended, manifest, card, ended_before FROM "
          + "(SELECT seq, digest, card_digest, ended, manifest, card, (SELECT b.ended FROM "
          + "$version b WHERE b.model = v.model AND b.seq = v.seq - 1) AS ended_before, "
          + "SUM(OCTET_LENGTH(manifest) + OCTET_LENGTH(card)) OVER (ORDER BY seq) "
          + "- OCTET_LENGTH(manifest) - OCTET_LENGTH(card) AS bytes_before FROM $version v "
          + "WHERE model = ? AND seq >= ? AND seq < ?) p WHERE bytes_before < ?";

  private static final String PARTS =
      "SELECT p.content, c.size, p.seq FROM $part p LEFT JOIN $content c ON c.content = p.content "
          + "WHERE p.model = ? AND p.seq >= ? AND p.seq <= ? ORDER BY p.seq, p.part";

  private static final String SIGNATURES =
      "SELECT seq, signature FROM $signature WHERE model = ? AND seq >= ? AND seq < ?";

  private final JdbcStorage storage;
  private final Database database;
  private final Contents contents;
  private final JdbcFiles files;
  private final int most;
  private final Pages<Row> versions;
  private final Pages<List<String>> signatures;

  /**
   * Creates a reader.
   *
   * @param most the most versions to read at once
   */
  JdbcVersionReader(
      JdbcStorage storage,
      Database database,
      Contents contents,
      JdbcFiles files,
      String model,
      int most) {
    this.storage = storage;
    this.database = database;
    this.contents = contents;
    this.files = files;
    this.most = most;
    this.versions = new Pages<>(first -> versions(model, first));
    this.signatures = new Pages<>(first -> signatures(model, first));
  }

  /** The columns that searches use. */
  private record Columns(String digest, String card, String ended) {}

  /**
   * All of a version except its signatures.
   *
   * @param before the end of the version before, null if there is none
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Row(
      Columns columns,
      byte[] manifest,
      byte[] card,
      @Nullable String before,
      List<JdbcFiles.Part> parts) {
    static Row of(ResultSet row) throws SQLException {
      return new Row(
          new Columns(row.getString(2), row.getString(3), row.getString(4)),
          row.getBytes(5),
          row.getBytes(6),
          row.getString(7),
          new ArrayList<>());
    }
  }

  private NavigableMap<Long, Row> versions(String model, long first) {
    return database.run(
        "read",
        transaction -> {
          NavigableMap<Long, Row> page = new TreeMap<>();
          transaction.each(
              VERSIONS,
              row -> page.put(row.getLong(1), Row.of(row)),
              model,
              first,
              first + most,
              Pages.BYTES);
          if (!page.isEmpty()) {
            transaction.each(
                PARTS,
                row -> {
                  Row version = page.get(row.getLong(3));
                  if (version != null) {
                    version.parts().add(JdbcFiles.Part.of(row));
                  }
                },
                model,
                first,
                page.lastKey());
          }
          return page;
        });
  }

  private NavigableMap<Long, List<String>> signatures(String model, long first) {
    return database.run(
        "read",
        transaction -> {
          NavigableMap<Long, List<String>> page = new TreeMap<>();
          for (long number = first; number < first + most; number++) {
            page.put(number, new ArrayList<>());
          }
          transaction.each(
              SIGNATURES,
              row -> Objects.requireNonNull(page.get(row.getLong(1))).add(row.getString(2)),
              model,
              first,
              first + most);
          return page;
        });
  }

  private Row row(String model, int number) {
    return versions.find(number).orElseThrow(() -> storage.missing(storage.place(model, number)));
  }

  @Override
  public byte[] manifest(String model, int number) {
    return row(model, number).manifest();
  }

  @Override
  public byte[] card(String model, int number) {
    return row(model, number).card();
  }

  @Override
  public void checkCopies(Manifest manifest) {
    String model = manifest.version().name();
    int number = manifest.version().number();
    Row row = row(model, number);
    Digest before =
        row.before() == null ? null : database.digest(model, number - 1, "ended", row.before());
    Digest end = VersionList.link(before, Digest.sha256(row.manifest()));
    Columns right =
        new Columns(
            manifest.version().digest().toString(), manifest.card().toString(), end.toString());
    if (!row.columns().equals(right)) {
      throw Document.damaged(
          storage.place(model, number),
          row.columns() + " instead of " + right + " beside its manifest");
    }
  }

  @Override
  public boolean hasFiles(ModelVersion version) {
    return !row(version.name(), version.number()).parts().isEmpty();
  }

  @Override
  public void checkFiles(ModelVersion version, Manifest manifest) {
    String place = storage.place(version.name(), version.number());
    Row row = row(version.name(), version.number());
    List<JdbcFiles.Part> parts = row.parts();
    int at = 0;
    for (Map.Entry<String, Manifest.Entry> file : manifest.files().entrySet()) {
      String filePlace = files.place(version, file.getKey());
      if (at >= parts.size()
          || parts.get(at).size() < 0
          || !contents.has(parts.get(at).content())) {
        throw storage.missing(filePlace);
      }
      if (parts.get(at).size() != file.getValue().bytes()) {
        throw Document.damaged(filePlace, parts.get(at).size() + " bytes");
      }
      at++;
    }
    if (parts.size() > at) {
      throw Document.damaged(place, "a file that the manifest does not list");
    }
  }

  @Override
  public List<String> signatures(ModelVersion version) {
    return signatures.find(version.number()).orElseThrow().stream().sorted().toList();
  }
}
