package io.mlops4j.runtime.registry.jdbc;

import io.mlops4j.model.Digest;
import io.mlops4j.runtime.internal.file.ByteSink;
import io.mlops4j.runtime.internal.file.ByteSource;
import io.mlops4j.runtime.internal.file.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Optional;

/** Contents in rows of a mebibyte, so that no driver ever has a whole one in memory. */
public record DatabaseContents(Database database) implements Contents {
  @Override
  public boolean has(String content) {
    return true; // as the row of the content says
  }

  @Override
  public Digest store(JdbcTransaction session, String content, ByteSource bytes)
      throws IOException {
    Pieces pieces = new Pieces(session, content);
    bytes.into(pieces);
    return pieces.end();
  }

  private static final class Pieces implements ByteSink {
    private final JdbcTransaction session;
    private final String content;
    private final ByteBuffer piece = ByteBuffer.allocate(ByteSource.PIECE);
    private final Disk.Hash hash = new Disk.Hash();
    private int number;

    Pieces(JdbcTransaction session, String content) {
      this.session = session;
      this.content = content;
    }

    @Override
    public void take(ByteBuffer bytes) {
      while (bytes.hasRemaining()) {
        int size = Math.min(bytes.remaining(), piece.remaining());
        piece.put(bytes.slice(bytes.position(), size));
        bytes.position(bytes.position() + size);
        if (!piece.hasRemaining()) {
          write();
        }
      }
    }

    private void write() {
      byte[] bytes = Arrays.copyOf(piece.array(), piece.position());
      hash.update(ByteBuffer.wrap(bytes));
      Database.join(
          session,
          in ->
              in.update(
                  "INSERT INTO $piece (content, piece, bytes) VALUES (?, ?, ?)",
                  content,
                  ++number,
                  bytes));
      piece.clear();
    }

    Digest end() {
      if (piece.position() > 0) {
        write();
      }
      return hash.digest();
    }
  }

  /**
   * Each piece in a transaction of its own, so that one that is done again gives no piece twice.
   */
  @Override
  public boolean read(String content, long size, ByteSink sink) throws IOException {
    long left = size;
    for (int number = 1; left > 0; number++) {
      Optional<byte[]> piece = piece(content, number);
      if (piece.isEmpty() || piece.get().length == 0) {
        return false;
      }
      sink.take(ByteBuffer.wrap(piece.get()));
      left -= piece.get().length;
    }
    return left == 0;
  }

  private Optional<byte[]> piece(String content, int number) {
    return database.run(
        "read " + content,
        session ->
            session.first(
                "SELECT bytes FROM $piece WHERE content = ? AND piece = ?",
                row -> row.getBytes(1),
                content,
                number));
  }

  @Override
  public void remove(JdbcTransaction session, String content) throws SQLException {
    session.update("DELETE FROM $piece WHERE content = ?", content);
  }

  @Override
  public String place(String content) {
    return database + ", table " + database.naming().table("piece") + ", " + content;
  }
}
