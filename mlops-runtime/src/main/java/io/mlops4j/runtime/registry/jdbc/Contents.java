package io.mlops4j.runtime.registry.jdbc;

import io.mlops4j.model.Digest;
import io.mlops4j.runtime.internal.file.ByteSink;
import io.mlops4j.runtime.internal.file.ByteSource;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;

/** The bytes of the models of a registry in a database, by their digests. */
interface Contents {
  /** Returns whether a content that has a row exists, as far as a cheap check can tell. */
  boolean has(String content);

  /** Writes a content before the end of its transaction. Returns the digest of the bytes. */
  Digest store(JdbcTransaction transaction, String content, ByteSource bytes) throws IOException;

  /** Reads all bytes. Returns false if bytes are missing. */
  boolean read(String content, long size, ByteSink sink) throws IOException;

  /** Removes an unused content, within a transaction that holds its row. */
  void remove(JdbcTransaction transaction, String content) throws SQLException;

  /** Returns contents that a killed process may have left without a row at least a day ago. */
  default List<String> old() throws IOException {
    return List.of();
  }

  /** Returns whether all contents are out of reach, for example on a share that is not mounted. */
  default boolean isAway() {
    return false;
  }

  /** Returns where a content is, for messages. */
  String place(String content);
}
