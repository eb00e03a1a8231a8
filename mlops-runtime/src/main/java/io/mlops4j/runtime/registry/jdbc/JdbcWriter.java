package io.mlops4j.runtime.registry.jdbc;

import io.mlops4j.error.ModelLoadException;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.runtime.internal.file.ByteSource;
import io.mlops4j.runtime.registry.store.Manifest;
import io.mlops4j.runtime.registry.store.VersionList;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Writes a version within a transaction. The first step writes the missing contents, which takes
 * time. The second step holds the model and the existing contents, and inserts the version's rows.
 */
final class JdbcWriter {
  private final Database database;
  private final JdbcTransaction transaction;
  private final Contents contents;
  private final Set<String> known = new TreeSet<>();

  JdbcWriter(Database database, JdbcTransaction transaction, Contents contents) {
    this.database = database;
    this.transaction = transaction;
    this.contents = contents;
  }

  /** Called before the transaction, so that two first publishes of a model do not collide. */
  static void makeModel(Database database, String model) {
    database.claim(
        "store " + model,
        transaction ->
            transaction.number("SELECT COUNT(*) FROM $model WHERE model = ?", model) > 0
                ? 1
                : transaction.update(
                    "INSERT INTO $model (model, generation) VALUES (?, 0)", model));
  }

  /** Excludes other changes of a model. */
  static void holdModel(JdbcTransaction transaction, String model) throws SQLException {
    transaction.update("UPDATE $model SET generation = generation + 1 WHERE model = ?", model);
  }

  /** Excludes other uses and the removal of a content. Returns false if it does not exist. */
  static boolean hold(JdbcTransaction transaction, String content) throws SQLException {
    return transaction.update(
            "UPDATE $content SET generation = generation + 1 WHERE content = ?", content)
        == 1;
  }

  boolean has(Manifest.Entry file) throws SQLException {
    String content = file.digest().toString();
    return transaction.number("SELECT COUNT(*) FROM $content WHERE content = ?", content) > 0
        && contents.has(content);
  }

  /** Writes a file's content, unless it exists. */
  void store(Manifest.Entry file, String place, ByteSource bytes) throws SQLException, IOException {
    String content = file.digest().toString();
    if (has(file)) {
      known.add(content);
      return;
    }
    if (!hold(transaction, content)) {
      transaction.update(
          "INSERT INTO $content (content, size, generation) VALUES (?, ?, 0)",
          content,
          file.bytes());
    }
    if (!contents.store(transaction, content, bytes).equals(file.digest())) {
      throw new ModelLoadException(
          place + ": found a file that changed while it was read, expected a complete file", null);
    }
  }

  /**
   * Excludes other changes of the model and of the existing contents until the transaction ends.
   */
  void hold(String model) throws SQLException {
    holdModel(transaction, model);
    for (String content : known) {
      if (!hold(transaction, content) || !contents.has(content)) {
        throw new SQLException("a content was removed meanwhile", "40001");
      }
    }
  }

  void insert(Manifest manifest, byte[] bytes, byte[] card, boolean files) throws SQLException {
    ModelVersion version = manifest.version();
    String model = version.name();
    int before = version.number() - 1;
    Digest end =
        transaction
            .first(
                "SELECT ended FROM $version WHERE model = ? AND seq = ?",
                row -> database.digest(model, before, "ended", row.getString(1)),
                model,
                before)
            .orElse(null);
    transaction.update(
        "INSERT INTO $version (model, seq, digest, card_digest, ended, manifest, card) "
            + "VALUES (?, ?, ?, ?, ?, ?, ?)",
        version.name(),
        version.number(),
        version.digest().toString(),
        manifest.card().toString(),
        VersionList.link(end, Digest.sha256(bytes)).toString(),
        bytes,
        card);
    int part = 0;
    for (Manifest.Entry file : files ? manifest.files().values() : List.<Manifest.Entry>of()) {
      transaction.update(
          "INSERT INTO $part (model, seq, part, content) VALUES (?, ?, ?, ?)",
          version.name(),
          version.number(),
          ++part,
          file.digest().toString());
    }
  }
}
