package io.mlops4j.runtime.registry.jdbc;

import io.mlops4j.error.RegistryException;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.runtime.internal.document.Document;
import io.mlops4j.runtime.internal.file.ByteSink;
import io.mlops4j.runtime.internal.file.Disk;
import io.mlops4j.runtime.registry.store.Manifest;
import io.mlops4j.runtime.registry.store.Storage;
import io.mlops4j.runtime.registry.store.VersionList;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The files of versions: which contents they have, and their bytes. */
final class JdbcFiles {
  private final Database database;
  private final Contents contents;
  private final JdbcStorage storage;
  // Of the version that was read last: its files are asked for one by one, and may be thousands.
  private volatile @Nullable Numbered numbered;

  JdbcFiles(Database database, Contents contents, JdbcStorage storage) {
    this.database = database;
    this.contents = contents;
    this.storage = storage;
  }

  /** What a version's manifest says, which never changes. */
  private record Numbered(ModelVersion version, Map<String, Integer> parts) {}

  /** One file of a version. */
  private record Part(String content, long size) {}

  private List<Part> parts(ModelVersion version) {
    return database.run(
        "read",
        session ->
            session.list(
                "SELECT p.content, c.size FROM $part p JOIN $content c ON c.content = p.content "
                    + "WHERE p.model = ? AND p.seq = ? ORDER BY p.part",
                row -> new Part(row.getString(1), row.getLong(2)),
                version.name(),
                version.number()));
  }

  private Part part(ModelVersion version, String file) {
    int number = numbers(version).getOrDefault(file, 0);
    return database
        .run(
            "read",
            session ->
                session.first(
                    "SELECT p.content, c.size FROM $part p JOIN $content c ON c.content = p.content"
                        + " WHERE p.model = ? AND p.seq = ? AND p.part = ?",
                    row -> new Part(row.getString(1), row.getLong(2)),
                    version.name(),
                    version.number(),
                    number))
        .orElseThrow(() -> storage.missing(storage.path(version, file) + " in " + database));
  }

  /** Each file's number among the parts, by its name. */
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

  void check(ModelVersion version, Manifest manifest) {
    checkColumns(version, manifest);
    List<Part> parts = parts(version);
    int at = 0;
    for (Map.Entry<String, Manifest.Entry> file : manifest.files().entrySet()) {
      String place = storage.path(version, file.getKey()) + " in " + database;
      if (at >= parts.size() || !contents.has(parts.get(at).content())) {
        throw storage.missing(place);
      }
      if (parts.get(at).size() != file.getValue().bytes()) {
        throw Document.damaged(place, parts.get(at).size() + " bytes");
      }
      at++;
    }
    if (parts.size() > at) {
      throw Document.damaged(
          storage.place(version.name(), version.number()),
          "a file that the manifest does not list");
    }
  }

  private record Columns(String digest, String card, String ended) {}

  /** What can be found by the columns must be what the documents say. */
  private void checkColumns(ModelVersion version, Manifest manifest) {
    Optional<Columns> before = columns(version.name(), version.number() - 1);
    Columns here =
        columns(version.name(), version.number())
            .orElseThrow(() -> storage.missing(storage.place(version.name(), version.number())));
    Digest end =
        VersionList.link(
            before.map(columns -> Digest.parse(columns.ended())).orElse(null),
            Digest.sha256(storage.manifest(version.name(), version.number())));
    Columns expected =
        new Columns(version.digest().toString(), manifest.card().toString(), end.toString());
    if (!here.equals(expected)) {
      throw Document.damaged(
          storage.place(version.name(), version.number()),
          here + " instead of " + expected + " beside its manifest");
    }
  }

  private Optional<Columns> columns(String model, int number) {
    return database.run(
        "read",
        session ->
            session.first(
                "SELECT digest, card_digest, ended FROM $version WHERE model = ? AND seq = ?",
                row -> new Columns(row.getString(1), row.getString(2), row.getString(3)),
                model,
                number));
  }

  ByteBuffer read(ModelVersion version, String file, Manifest.Entry expected) {
    Part part = part(version, file);
    String place = contents.place(part.content());
    if (part.size() > Integer.MAX_VALUE) {
      throw new RegistryException(
          place + ": found " + part.size() + " bytes, expected less than 2 GiB; split the weights",
          null);
    }
    ByteBuffer bytes = ByteBuffer.allocateDirect((int) part.size());
    try {
      pass(part, piece -> bytes.put(checked(piece, bytes.remaining(), place)));
    } catch (IOException e) {
      throw storage.cannotRead(place, e);
    }
    Storage.check(place, Digest.sha256(bytes.flip()), expected.digest());
    return bytes;
  }

  private static ByteBuffer checked(ByteBuffer piece, long room, String place) {
    if (piece.remaining() > room) {
      throw Document.damaged(place, "more bytes than were published");
    }
    return piece;
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
    String place = contents.place(part.content());
    if (!contents.read(part.content(), part.size(), sink)) {
      throw storage.missing(place);
    }
  }

  void erase(ModelVersion version) {
    if (!storage.hasFiles(version)) {
      return;
    }
    database.run(
        "remove the files of " + version,
        session -> {
          List<String> freed =
              session.list(
                  "SELECT DISTINCT content FROM $part WHERE model = ? AND seq = ?",
                  row -> row.getString(1),
                  version.name(),
                  version.number());
          session.update(
              "DELETE FROM $part WHERE model = ? AND seq = ?", version.name(), version.number());
          return release(session, freed);
        });
  }

  /** Removes contents that no version has; whoever is about to refer to one holds its row. */
  private int release(JdbcTransaction session, List<String> freed) throws SQLException {
    int removed = 0;
    for (String content : freed.stream().sorted().toList()) {
      JdbcWriter.hold(session, content);
      if (session.number("SELECT COUNT(*) FROM $part WHERE content = ?", content) == 0) {
        contents.remove(session, content);
        removed += session.update("DELETE FROM $content WHERE content = ?", content);
      }
    }
    return removed;
  }

  void clean() {
    cleanContents();
    try {
      for (String content : contents.old()) {
        removeUnknown(content);
      }
    } catch (IOException e) {
      // Nothing depends on it; the next collection tries again.
    }
  }

  /**
   * Bytes without a row. Somebody may publish them anew just now, and have written them again,
   * while nobody else sees that row yet: a row of our own waits for it, or keeps it waiting.
   */
  private void removeUnknown(String content) {
    database.run(
        "remove " + content,
        session -> {
          if (!JdbcWriter.hold(session, content)) {
            session.update(
                "INSERT INTO $content (content, size, generation) VALUES (?, 0, 0)", content);
            contents.remove(session, content);
            session.update("DELETE FROM $content WHERE content = ?", content);
          }
          return content;
        });
  }

  private void cleanContents() {
    database.run(
        "remove what nothing refers to",
        session ->
            release(
                session,
                session.list(
                    "SELECT c.content FROM $content c WHERE NOT EXISTS "
                        + "(SELECT 1 FROM $part p WHERE p.content = c.content)",
                    row -> row.getString(1))));
  }
}
