package io.mlops4j.runtime.compatibility;

import io.mlops4j.runtime.memory.DirectMemory;
import io.mlops4j.runtime.memory.Native;
import io.mlops4j.spi.EngineSlot;
import io.mlops4j.spi.EngineValue;
import io.mlops4j.spi.StringColumn;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Calls of a slot with Java's own values, and text in each form in which a runtime may give it. */
public final class SlotCalls {
  private SlotCalls() {}

  /** Gives an input its elements, as the machine lays them out. */
  public static void feed(EngineSlot slot, int input, byte[] elements, long... dims) {
    slot.shape(input, dims);
    if (elements.length > 0) {
      Native.copy(elements, 0, slot.address(input), elements.length);
    }
  }

  /** Gives an input its text, value by value. */
  public static void feedText(EngineSlot slot, int input, String[] values, long... dims) {
    slot.shape(input, dims);
    slot.strings(input, text(values));
  }

  /** The elements of a tensor, as the machine lays them out. */
  public static byte[] read(EngineValue value) {
    byte[] elements = new byte[(int) value.bytes()];
    if (elements.length > 0) {
      Native.copy(value.address(), elements, 0, elements.length);
    }
    return elements;
  }

  /** The values of a tensor of text. */
  public static String[] readText(EngineValue value) {
    byte[] utf8 = read(value);
    String[] values = new String[(int) Arrays.stream(dims(value)).reduce(1, (a, b) -> a * b)];
    for (int i = 0; i < values.length; i++) {
      int start = Native.getInt(value.offsets() + 4L * i);
      int end = Native.getInt(value.offsets() + 4L * (i + 1));
      values[i] = new String(utf8, start, end - start, StandardCharsets.UTF_8);
    }
    return values;
  }

  /** The dimensions of a tensor. */
  public static long[] dims(EngineValue value) {
    long[] dims = new long[value.rank()];
    for (int i = 0; i < dims.length; i++) {
      dims[i] = value.dim(i);
    }
    return dims;
  }

  /** Elements of float32. */
  public static byte[] floats(float... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.nativeOrder());
    bytes.asFloatBuffer().put(values);
    return bytes.array();
  }

  /** The elements of a tensor of float32. */
  public static float[] floats(EngineValue value) {
    float[] values = new float[(int) value.bytes() / 4];
    ByteBuffer.wrap(read(value)).order(ByteOrder.nativeOrder()).asFloatBuffer().get(values);
    return values;
  }

  /** Elements of int64. */
  public static byte[] longs(long... values) {
    ByteBuffer bytes = ByteBuffer.allocate(8 * values.length).order(ByteOrder.nativeOrder());
    bytes.asLongBuffer().put(values);
    return bytes.array();
  }

  /** Text that is read value by value. */
  public static StringColumn text(String... values) {
    return new Text(values, 0, 0, null, 0);
  }

  /** Text as offsets and UTF-8 bytes in this memory, which the caller frees. */
  public static StringColumn utf8(DirectMemory memory, String... values) {
    List<byte[]> encoded =
        Arrays.stream(values).map(value -> value.getBytes(StandardCharsets.UTF_8)).toList();
    long offsets = memory.allocate(4L * (values.length + 1), 64);
    // A slice of a larger column does not begin at 0.
    long utf8 = memory.allocate(3 + encoded.stream().mapToLong(value -> value.length).sum(), 64);
    int end = 3;
    Native.putInt(offsets, end);
    for (int i = 0; i < values.length; i++) {
      Native.copy(encoded.get(i), 0, utf8 + end, encoded.get(i).length);
      end += encoded.get(i).length;
      Native.putInt(offsets + 4L * (i + 1), end);
    }
    return new Text(values, offsets, utf8, null, 0);
  }

  /** Text as codes into a dictionary, which lie in this memory; the caller frees it. */
  public static StringColumn coded(DirectMemory memory, String... values) {
    String[] all =
        Stream.concat(Stream.of("never used"), Arrays.stream(values).distinct())
            .toArray(String[]::new);
    long codes = memory.allocate(4L * values.length, 64);
    for (int i = 0; i < values.length; i++) {
      Native.putInt(codes + 4L * i, Arrays.asList(all).lastIndexOf(values[i]));
    }
    return new Text(values, 0, 0, all, codes);
  }

  /** Frees what {@link #utf8} and {@link #coded} allocated. */
  public static void free(DirectMemory memory, StringColumn column) {
    for (long address : new long[] {column.offsets(), column.utf8(), column.codes()}) {
      if (address != 0) {
        memory.free(address);
      }
    }
  }

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Text(String[] values, long offsets, long utf8, String[] dictionary, long codes)
      implements StringColumn {
    @Override
    public long size() {
      return values.length;
    }

    @Override
    public String get(long i) {
      return values[(int) i];
    }
  }
}
