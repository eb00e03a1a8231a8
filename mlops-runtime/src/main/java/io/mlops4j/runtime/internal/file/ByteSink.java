package io.mlops4j.runtime.internal.file;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Receives bytes in pieces; each piece is valid during the call only. */
@FunctionalInterface
public interface ByteSink {
  void take(ByteBuffer piece) throws IOException;
}
