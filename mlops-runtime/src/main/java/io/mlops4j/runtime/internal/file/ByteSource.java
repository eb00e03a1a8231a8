package io.mlops4j.runtime.internal.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.function.LongConsumer;

/** Bytes that are read in pieces. */
@FunctionalInterface
public interface ByteSource {
  /** The largest number of bytes in a piece. */
  int PIECE = 1 << 20;

  /** Passes all bytes to the sink. */
  void into(ByteSink sink) throws IOException;

  /** Returns the bytes of a file, opened for reading with these options. */
  static ByteSource of(Path file, OpenOption... options) {
    return sink -> {
      ByteBuffer piece = ByteBuffer.allocate(PIECE);
      try (FileChannel in = FileChannel.open(file, options)) {
        while (in.read(piece.clear()) >= 0) {
          sink.take(piece.flip());
        }
      }
    };
  }

  /** Returns the bytes between the buffer's position and limit. */
  static ByteSource of(ByteBuffer content) {
    return sink -> {
      for (int at = content.position(); at < content.limit(); at += PIECE) {
        sink.take(content.slice(at, Math.min(PIECE, content.limit() - at)));
      }
    };
  }

  /** Returns the same bytes; the counter receives the size of each piece after the sink. */
  default ByteSource counted(LongConsumer counter) {
    return sink ->
        into(
            piece -> {
              int size = piece.remaining();
              sink.take(piece);
              counter.accept(size);
            });
  }
}
