package io.mlops4j.runtime.registry;

import io.mlops4j.model.Digest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;

/** Where the bytes of a registry in a database lie, by their digests. */
interface Contents {
  /** How many bytes are in memory at a time. */
  int PIECE = 1 << 20;

  /** Takes bytes piece by piece, each of which is only its own during the call. */
  interface Sink {
    void take(ByteBuffer piece) throws IOException;
  }

  /** Gives bytes piece by piece. */
  interface Source {
    void into(Sink sink) throws IOException;

    /** The bytes of a file. */
    static Source of(Path file) {
      return sink -> {
        ByteBuffer piece = ByteBuffer.allocate(PIECE);
        try (FileChannel in = FileChannel.open(file)) {
          while (in.read(piece.clear()) >= 0) {
            sink.take(piece.flip());
          }
        }
      };
    }
  }

  /** Whether a content that the tables know is there, as far as that is cheap to know. */
  boolean has(String content);

  /** Writes a content, within a transaction and before its end; gives the digest of the bytes. */
  Digest store(Session session, String content, Source bytes) throws IOException;

  /** Reads all bytes; false when some or all are missing. */
  boolean read(String content, long size, Sink sink) throws IOException;

  /** Removes a content that nothing has any more; within a transaction that holds its row. */
  void remove(Session session, String content) throws SQLException;

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
