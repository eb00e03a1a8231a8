package io.mlops4j.runtime.internal.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/** Gives bytes piece by piece. */
@FunctionalInterface
public interface ByteSource {
  /** How many bytes are in memory at a time. */
  int PIECE = 1 << 20;

  /**
   * Passes all bytes on.
   *
   * @param sink where to
   * @throws IOException if they cannot be read, or the sink throws it
   */
  void into(ByteSink sink) throws IOException;

  /**
   * The bytes of a file.
   *
   * @param file its path
   * @return the source
   */
  static ByteSource of(Path file) {
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
