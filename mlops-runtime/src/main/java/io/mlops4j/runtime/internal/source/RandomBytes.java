package io.mlops4j.runtime.internal.source;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** Bytes with random access, so that a format is recognised without reading a whole file. */
interface RandomBytes {
  long size();

  byte at(long position) throws IOException;

  static RandomBytes of(ByteBuffer bytes) {
    return new RandomBytes() {
      @Override
      public long size() {
        return bytes.limit();
      }

      @Override
      public byte at(long position) {
        return bytes.get((int) position);
      }
    };
  }

  /** Reads byte by byte, which is enough for the few bytes that identify a format. */
  static RandomBytes of(FileChannel file, long size) {
    ByteBuffer one = ByteBuffer.allocate(1);
    return new RandomBytes() {
      @Override
      public long size() {
        return size;
      }

      @Override
      public byte at(long position) throws IOException {
        if (file.read(one.clear(), position) != 1) {
          throw new EOFException("the file became shorter while it was read");
        }
        return one.get(0);
      }
    };
  }
}
