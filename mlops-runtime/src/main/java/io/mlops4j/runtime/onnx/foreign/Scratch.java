package io.mlops4j.runtime.onnx.foreign;

import ai.onnxruntime.OrtException;
import io.mlops4j.runtime.memory.Native;
import io.mlops4j.spi.HostMemory;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Native memory for the arguments of a few calls. Closing it frees all. Not thread safe. */
final class Scratch implements AutoCloseable {
  private static final boolean WINDOWS =
      System.getProperty("os.name", "").toLowerCase(Locale.ROOT).contains("win");
  private static final Charset FILE_NAMES =
      WINDOWS ? StandardCharsets.UTF_16LE : StandardCharsets.UTF_8;

  private final HostMemory memory;
  private final List<Long> blocks = new ArrayList<>();
  private boolean closed;

  Scratch(HostMemory memory) {
    this.memory = memory;
  }

  /** Returns the address of zeros. */
  long bytes(long bytes) {
    long address = memory.allocate(Math.max(bytes, 1), Long.BYTES);
    blocks.add(address);
    return address;
  }

  long text(String text) {
    return ended(text.getBytes(StandardCharsets.UTF_8), 1);
  }

  /** Returns the address of a text of which each character stands for one byte. */
  long bytes(String text) {
    return ended(text.getBytes(StandardCharsets.ISO_8859_1), 1);
  }

  /** Returns a path in the form that ONNX Runtime takes on this platform. */
  long path(Path path) {
    return ended(path.toString().getBytes(FILE_NAMES), 2);
  }

  private long ended(byte[] text, int zeros) {
    long address = bytes(text.length + zeros);
    Native.copy(text, 0, address, text.length);
    return address;
  }

  long longs(long... values) {
    long address = bytes((long) Long.BYTES * values.length);
    for (int i = 0; i < values.length; i++) {
      Native.putLong(address + (long) Long.BYTES * i, values[i]);
    }
    return address;
  }

  /** Returns the address of a buffer's content, which is copied unless the buffer is direct. */
  long content(ByteBuffer bytes) {
    if (bytes.isDirect()) {
      return Native.address(bytes) + bytes.position();
    }
    byte[] copy = new byte[bytes.remaining()];
    bytes.get(bytes.position(), copy);
    long address = bytes(copy.length);
    Native.copy(copy, 0, address, copy.length);
    return address;
  }

  /** A call with a place for its result. */
  interface Call {
    void into(long result) throws OrtException;
  }

  /** Returns the 64-bit result of a call. */
  long result(Call call) throws OrtException {
    long place = longs(0);
    call.into(place);
    return Native.getLong(place);
  }

  boolean isClosed() {
    return closed;
  }

  @Override
  public void close() {
    closed = true;
    blocks.forEach(memory::free);
    blocks.clear();
  }
}
