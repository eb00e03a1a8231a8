package io.mlops4j.runtime.internal.file;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Takes bytes piece by piece. */
@FunctionalInterface
public interface ByteSink {
  /**
   * Takes the next piece.
   *
   * @param piece the bytes, valid during the call only
   * @throws IOException if they cannot be written
   */
  void take(ByteBuffer piece) throws IOException;
}
