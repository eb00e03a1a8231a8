package io.mlops4j.runtime.registry.jdbc;

import io.mlops4j.error.ModelLoadException;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.runtime.internal.file.ByteSource;
import io.mlops4j.runtime.registry.store.Manifest;
import io.mlops4j.runtime.registry.store.VersionList;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Set;
import java.util.TreeSet;

/**
 * Writes a version within a transaction: first the contents that are not there yet, which takes
 * time, then, holding the model and the contents that were there, the rows that make it a version.
 */
final class JdbcWriter {
  private final JdbcTransaction session;
  private final Contents contents;
  private final Set<String> known = new TreeSet<>();

  JdbcWriter(JdbcTransaction session, Contents contents) {
    this.session = session;
    this.contents = contents;
  }

  /** Before the transaction, so that two that publish a model first do not meet at its end. */
  static void makeModel(Database database, String model) {
    database.claim(
        "store " + model,
        session ->
            session.number("SELECT COUNT(*) FROM $model WHERE model = ?", model) > 0
                ? 1
                : session.update("INSERT INTO $model (model, generation) VALUES (?, 0)", model));
  }

  /** Keeps others from deciding anything about a model; false when it was never published. */
  static boolean holdModel(JdbcTransaction session, String model) throws SQLException {
    return session.update("UPDATE $model SET generation = generation + 1 WHERE model = ?", model)
        == 1;
  }

  /** Keeps others from referring to a content, or from removing it; false when it is not there. */
  static boolean hold(JdbcTransaction session, String content) throws SQLException {
    return session.update(
            "UPDATE $content SET generation = generation + 1 WHERE content = ?", content)
        == 1;
  }

  boolean has(Manifest.Entry file) throws SQLException {
    String content = file.digest().toString();
    return session.number("SELECT COUNT(*) FROM $content WHERE content = ?", content) > 0
        && contents.has(content);
  }

  /** Writes a file's content, if it is not there. */
  void store(Manifest.Entry file, String place, ByteSource bytes) throws SQLException, IOException {
    String content = file.digest().toString();
    if (has(file)) {
      known.add(content);
      return;
    }
    if (!hold(session, content)) {
      session.update(
          "INSERT INTO $content (content, size, generation) VALUES (?, ?, 0)",
          content,
          file.bytes());
    }
    if (!contents.store(session, content, bytes).equals(file.digest())) {
      throw new ModelLoadException(
          place + ": found that it changed while it was read, expected a finished file", null);
    }
  }

  /** From here to the end of the transaction nobody else changes what it is decided by. */
  void hold(String model) throws SQLException {
    holdModel(session, model);
    for (String content : known) {
      if (!hold(session, content) || !contents.has(content)) {
        throw new SQLException("a content was removed meanwhile", "40001");
      }
    }
  }

  void insert(Manifest manifest, byte[] bytes, byte[] card, boolean files) throws SQLException {
    ModelVersion version = manifest.version();
    Digest end =
        session
            .first(
                "SELECT ended FROM $version WHERE model = ? AND seq = ?",
                row -> Digest.parse(row.getString(1)),
                version.name(),
                version.number() - 1)
            .orElse(null);
    session.update(
        "INSERT INTO $version (model, seq, digest, card_digest, ended, manifest, card) "
            + "VALUES (?, ?, ?, ?, ?, ?, ?)",
        version.name(),
        version.number(),
        version.digest().toString(),
        manifest.card().toString(),
        VersionList.link(end, Digest.sha256(bytes)).toString(),
        bytes,
        card);
    if (files) {
      insertParts(manifest);
    }
  }

  private void insertParts(Manifest manifest) throws SQLException {
    int part = 0;
    for (Manifest.Entry file : manifest.files().values()) {
      session.update(
          "INSERT INTO $part (model, seq, part, content) VALUES (?, ?, ?, ?)",
          manifest.version().name(),
          manifest.version().number(),
          ++part,
          file.digest().toString());
    }
  }
}
