package io.mlops4j.monitor.live.state;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;

/**
 * A new file that is written from its beginning to its end.
 *
 * <p>It is not a channel, because an interrupt of a labelling thread would close a channel.
 */
public interface Output extends AutoCloseable {
  /** Makes files; a test makes ones that fail. */
  interface Maker {
    Output make(Path file) throws IOException;
  }

  void write(byte[] bytes) throws IOException;

  /** Cuts off the end; later bytes follow what is left. */
  void cut(long length) throws IOException;

  /** Makes the bytes last when the power fails. */
  void force() throws IOException;

  @Override
  void close() throws IOException;

  static Output make(Path file) throws IOException {
    RandomAccessFile made = new RandomAccessFile(file.toFile(), "rw");
    return new Output() {
      @Override
      public void write(byte[] bytes) throws IOException {
        made.write(bytes);
      }

      @Override
      public void cut(long length) throws IOException {
        made.setLength(length);
        made.seek(length);
      }

      @Override
      public void force() throws IOException {
        made.getFD().sync();
      }

      @Override
      public void close() throws IOException {
        made.close();
      }
    };
  }
}
