package io.mlops4j.runtime.internal.source;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** Random access to bytes, so that the format is found without a read of the whole file. */
record RandomBytes(long size, Access access) {
  interface Access {
    byte at(long position) throws IOException;
  }

  static RandomBytes of(ByteBuffer bytes) {
    return new RandomBytes(bytes.limit(), position -> bytes.get((int) position));
  }

  /** Reads byte by byte, which is fast enough for the few bytes that identify a format. */
  static RandomBytes of(FileChannel file) throws IOException {
    ByteBuffer one = ByteBuffer.allocate(1);
    return new RandomBytes(
        file.size(),
        position -> {
          if (file.read(one.clear(), position) != 1) {
            throw new EOFException("the file became shorter while it was read");
          }
          return one.get(0);
        });
  }

  byte at(long position) throws IOException {
    return access.at(position);
  }
}
