package io.mlops4j.runtime.registry.jdbc;

import io.mlops4j.model.Digest;
import io.mlops4j.runtime.internal.file.ByteSink;
import io.mlops4j.runtime.internal.file.ByteSource;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;

/** Where the bytes of a registry in a database lie, by their digests. */
public interface Contents {
  /** Whether a content that the tables know is there, as far as that is cheap to know. */
  boolean has(String content);

  /** Writes a content, within a transaction and before its end; gives the digest of the bytes. */
  Digest store(JdbcTransaction session, String content, ByteSource bytes) throws IOException;

  /** Reads all bytes; false when some or all are missing. */
  boolean read(String content, long size, ByteSink sink) throws IOException;

  /** Removes a content that nothing has any more; within a transaction that holds its row. */
  void remove(JdbcTransaction session, String content) throws SQLException;

  /** Contents that a killed process may have left without a row a day ago or earlier. */
  default List<String> old() throws IOException {
    return List.of();
  }

  /** Whether all are out of reach, as on a share that is not mounted, which is no loss. */
  default boolean isAway() {
    return false;
  }

  /** Where a content is, for messages. */
  String place(String content);
}
