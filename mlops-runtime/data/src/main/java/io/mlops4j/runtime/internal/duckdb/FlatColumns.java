package io.mlops4j.runtime.internal.duckdb;

import io.mlops4j.runtime.memory.Native;
import java.nio.ByteBuffer;
import org.apache.arrow.vector.BaseVariableWidthVector;
import org.apache.arrow.vector.FieldVector;

/** Columns of numbers, times and texts. */
final class FlatColumns {
  private FlatColumns() {}

  /** Values of a fixed width. */
  private abstract static class FixedWidth extends Column {
    final int width;
    long data;

    FixedWidth(FieldVector to, int width) {
      super(to);
      this.width = width;
    }

    @Override
    void open(ByteBuffer vector, long rows) {
      super.open(vector, rows);
      data = Natives.data(vector, rows * width);
    }
  }

  /** Values that DuckDB and Arrow lay out alike. */
  static final class Same extends FixedWidth {
    Same(FieldVector to, int width) {
      super(to, width);
    }

    @Override
    void copy(long from, int count, int at) {
      grow(at + count);
      copyValidity(from, count, at);
      Native.copy(
          data + from * width,
          vector().getDataBufferAddress() + (long) at * width,
          (long) count * width);
    }
  }

  /** Booleans, which have a byte each in DuckDB. */
  static final class Booleans extends FixedWidth {
    Booleans(FieldVector to) {
      super(to, 1);
    }

    @Override
    void copy(long from, int count, int at) {
      grow(at + count);
      copyValidity(from, count, at);
      long bits = vector().getDataBufferAddress();
      for (int i = 0; i < count; i++) {
        Bits.set(bits, at + (long) i, isValid(from + i) && Native.getByte(data + from + i) != 0);
      }
    }
  }

  /** Decimals of 2, 4 or 8 bytes, which have 16 bytes in Arrow. */
  static final class Decimals extends FixedWidth {
    Decimals(FieldVector to, int precision) {
      super(to, precision <= 4 ? 2 : precision <= 9 ? 4 : 8);
    }

    @Override
    void copy(long from, int count, int at) {
      grow(at + count);
      copyValidity(from, count, at);
      long into = vector().getDataBufferAddress() + 16L * at;
      for (int i = 0; i < count; i++) {
        long value = value(data + (from + i) * width);
        Native.putLong(into + 16L * i, value);
        Native.putLong(into + 16L * i + 8, value >> 63);
      }
    }

    private long value(long address) {
      return switch (width) {
        case 2 -> Native.getShort(address);
        case 4 -> Native.getInt(address);
        default -> Native.getLong(address);
      };
    }
  }

  /** Intervals: months and days alike, then microseconds that Arrow has as nanoseconds. */
  static final class Intervals extends FixedWidth {
    Intervals(FieldVector to) {
      super(to, 16);
    }

    @Override
    void copy(long from, int count, int at) {
      grow(at + count);
      copyValidity(from, count, at);
      long into = vector().getDataBufferAddress() + 16L * at;
      for (int i = 0; i < count; i++) {
        if (isValid(from + i)) {
          long value = data + 16 * (from + i);
          Native.putLong(into + 16L * i, Native.getLong(value));
          Native.putLong(into + 16L * i + 8, Math.multiplyExact(Native.getLong(value + 8), 1000L));
        }
      }
    }
  }

  /**
   * Texts and bytes. DuckDB has 16 bytes for each: the length, then up to 12 bytes of the text, or
   * 4 bytes and the address of all.
   */
  static final class Texts extends FixedWidth {
    private static final int INLINE = 12;

    private long used;

    Texts(FieldVector to) {
      super(to, 16);
    }

    @Override
    void begin(int rows) {
      super.begin(rows);
      used = 0;
    }

    @Override
    void copy(long from, int count, int at) {
      BaseVariableWidthVector texts = (BaseVariableWidthVector) vector();
      grow(at + count);
      copyValidity(from, count, at);
      reserve(texts, bytes(from, count));
      long offsets = texts.getOffsetBufferAddress() + 4L * at;
      long into = texts.getDataBufferAddress();
      Native.putInt(offsets, (int) used);
      for (int i = 0; i < count; i++) {
        if (isValid(from + i)) {
          used += put(data + 16 * (from + i), into + used);
        }
        Native.putInt(offsets + 4L * (i + 1), (int) used);
      }
    }

    /** Copies a text; the target has room for 16 bytes more. */
    private static int put(long text, long into) {
      int length = Native.getInt(text);
      if (length <= INLINE) {
        Native.putLong(into, Native.getLong(text + 4));
        Native.putInt(into + 8, Native.getInt(text + 12));
      } else {
        Native.copy(Native.getLong(text + 8), into, length);
      }
      return length;
    }

    private long bytes(long from, int count) {
      long bytes = 0;
      for (int i = 0; i < count; i++) {
        bytes += isValid(from + i) ? Native.getInt(data + 16 * (from + i)) & 0xffffffffL : 0;
      }
      return bytes;
    }

    private void reserve(BaseVariableWidthVector texts, long more) {
      long needed = used + more + 16;
      if (needed > Integer.MAX_VALUE) {
        throw new IllegalArgumentException(
            texts.getName()
                + ": found more than 2 GB of text in one batch; read fewer rows in a batch");
      }
      if (texts.getDataBuffer().capacity() < needed) {
        texts.reallocDataBuffer(Math.max(needed, 2 * texts.getDataBuffer().capacity()));
      }
    }

    @Override
    void end(int rows) {
      ((BaseVariableWidthVector) vector()).setLastSet(rows - 1);
      super.end(rows);
    }
  }
}
