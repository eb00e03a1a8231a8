package io.mlops4j.runtime.registry.jdbc;

import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.runtime.internal.document.Document;
import io.mlops4j.runtime.internal.file.ByteSink;
import io.mlops4j.runtime.internal.file.Disk;
import io.mlops4j.runtime.registry.store.Manifest;
import io.mlops4j.runtime.registry.store.Problems;
import io.mlops4j.runtime.registry.store.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The files of versions: their contents and their bytes. */
final class JdbcFiles {
  private static final String PART =
      "SELECT p.content, c.size FROM $part p JOIN $content c ON c.content = p.content "
          + "WHERE p.model = ? AND p.seq = ? AND p.part = ?";

  private final Database database;
  private final Contents contents;
  private final JdbcStorage storage;
  // The files of the version that was read last, because thousands of files may be read one by one.
  private volatile @Nullable Numbered numbered;

  JdbcFiles(Database database, Contents contents, JdbcStorage storage) {
    this.database = database;
    this.contents = contents;
    this.storage = storage;
  }

  /** The files of a version, which never change, with their part numbers. */
  private record Numbered(ModelVersion version, Map<String, Integer> parts) {}

  /**
   * One file of a version.
   *
   * @param content the digest of its bytes
   * @param size the number of its bytes, negative if the content has no row
   */
  record Part(String content, long size) {
    static Part of(ResultSet row) throws SQLException {
      long size = row.getLong(2);
      return new Part(row.getString(1), row.wasNull() ? -1 : size);
    }
  }

  private Part part(ModelVersion version, String file) {
    int number = numbers(version).getOrDefault(file, 0);
    return database
        .first("read", PART, Part::of, version.name(), version.number(), number)
        .orElseThrow(() -> storage.missing(place(version, file)));
  }

  String place(ModelVersion version, String file) {
    return storage.path(version, file) + " in " + database;
  }

  private Map<String, Integer> numbers(ModelVersion version) {
    Numbered known = numbered;
    if (known == null || !known.version().equals(version)) {
      known = new Numbered(version, new HashMap<>());
      Manifest manifest =
          Document.readSealed(
              storage.manifestPlace(version.name(), version.number()),
              storage.manifest(version.name(), version.number()),
              json -> Manifest.read(json, version.name(), version.number()));
      for (String name : manifest.files().keySet()) {
        known.parts().put(name, known.parts().size() + 1);
      }
      numbered = known;
    }
    return known.parts();
  }

  ByteBuffer read(ModelVersion version, String file, Manifest.Entry expected) {
    Part part = part(version, file);
    String place = contents.place(part.content());
    if (part.size() > Integer.MAX_VALUE) {
      throw Problems.refused(place, part.size() + " bytes", "less than 2 GiB; split the weights");
    }
    ByteBuffer bytes = ByteBuffer.allocateDirect((int) part.size());
    try {
      pass(
          part,
          piece -> {
            if (piece.remaining() > bytes.remaining()) {
              throw Document.damaged(place, "more bytes than were published");
            }
            bytes.put(piece);
          });
    } catch (IOException e) {
      throw Storage.unreadable(place, e);
    }
    Storage.check(place, Digest.sha256(bytes.flip()), expected.digest());
    return bytes;
  }

  void pass(ModelVersion version, String file, Manifest.Entry expected, ByteSink sink)
      throws IOException {
    Part part = part(version, file);
    Disk.Hash hash = new Disk.Hash();
    pass(
        part,
        piece -> {
          hash.update(piece.duplicate());
          sink.take(piece);
        });
    Storage.check(contents.place(part.content()), hash.digest(), expected.digest());
  }

  private void pass(Part part, ByteSink sink) throws IOException {
    if (!contents.read(part.content(), part.size(), sink)) {
      throw storage.missing(contents.place(part.content()));
    }
  }

  void erase(ModelVersion version) {
    if (!storage.hasFiles(version)) {
      return;
    }
    database.run(
        "remove the files of " + version,
        transaction -> {
          List<String> freed =
              transaction.list(
                  "SELECT DISTINCT content FROM $part WHERE model = ? AND seq = ?",
                  row -> row.getString(1),
                  version.name(),
                  version.number());
          transaction.update(
              "DELETE FROM $part WHERE model = ? AND seq = ?", version.name(), version.number());
          return release(transaction, freed);
        });
  }

  /** Removes unused contents. A transaction that is about to use one holds its row. */
  private int release(JdbcTransaction transaction, List<String> freed) throws SQLException {
    int removed = 0;
    for (String content : freed.stream().sorted().toList()) {
      JdbcWriter.hold(transaction, content);
      if (transaction.number("SELECT COUNT(*) FROM $part WHERE content = ?", content) == 0) {
        contents.remove(transaction, content);
        removed += transaction.update("DELETE FROM $content WHERE content = ?", content);
      }
    }
    return removed;
  }

  void clean() {
    database.run(
        "remove what nothing refers to",
        transaction ->
            release(
                transaction,
                transaction.list(
                    "SELECT c.content FROM $content c WHERE NOT EXISTS "
                        + "(SELECT 1 FROM $part p WHERE p.content = c.content)",
                    row -> row.getString(1))));
    try {
      contents.old().forEach(this::removeUnknown);
    } catch (IOException e) {
      // The next collection tries again.
    }
  }

  /**
   * Removes bytes without a row. Another process may be publishing them again, in a row that is not
   * visible yet. The inserted row waits for that process, or makes it wait.
   */
  private void removeUnknown(String content) {
    database.run(
        "remove " + content,
        transaction -> {
          if (!JdbcWriter.hold(transaction, content)) {
            transaction.update(
                "INSERT INTO $content (content, size, generation) VALUES (?, 0, 0)", content);
            contents.remove(transaction, content);
            transaction.update("DELETE FROM $content WHERE content = ?", content);
          }
          return content;
        });
  }
}
