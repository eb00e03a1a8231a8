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

/** Contents in rows of one mebibyte, so that no driver holds a whole content in memory. */
record DatabaseContents(Database database) implements Contents {
  @Override
  public boolean has(String content) {
    return true; // a content with a row exists
  }

  @Override
  public Digest store(JdbcTransaction transaction, String content, ByteSource bytes)
      throws IOException {
    Pieces pieces = new Pieces(transaction, content);
    bytes.into(pieces);
    return pieces.end();
  }

  private static final class Pieces implements ByteSink {
    private final JdbcTransaction transaction;
    private final String content;
    private final ByteBuffer piece = ByteBuffer.allocate(ByteSource.PIECE);
    private final Disk.Hash hash = new Disk.Hash();
    private int number;

    Pieces(JdbcTransaction transaction, String content) {
      this.transaction = transaction;
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
      String sql = "INSERT INTO $piece (content, piece, bytes) VALUES (?, ?, ?)";
      Database.join(transaction, in -> in.update(sql, content, ++number, bytes));
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
   * Reads each piece in its own transaction, so that a repeated transaction passes no piece on
   * twice.
   */
  @Override
  public boolean read(String content, long size, ByteSink sink) throws IOException {
    String sql = "SELECT bytes FROM $piece WHERE content = ? AND piece = ?";
    long left = size;
    for (int number = 1; left > 0; number++) {
      Optional<byte[]> piece =
          database.first("read " + content, sql, row -> row.getBytes(1), content, number);
      if (piece.isEmpty() || piece.get().length == 0) {
        return false;
      }
      sink.take(ByteBuffer.wrap(piece.get()));
      left -= piece.get().length;
    }
    return left == 0;
  }

  @Override
  public void remove(JdbcTransaction transaction, String content) throws SQLException {
    transaction.update("DELETE FROM $piece WHERE content = ?", content);
  }

  @Override
  public String place(String content) {
    return database.place("piece") + ", " + content;
  }
}
