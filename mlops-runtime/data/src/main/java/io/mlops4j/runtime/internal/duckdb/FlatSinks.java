package io.mlops4j.runtime.internal.duckdb;

import io.mlops4j.runtime.memory.Native;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float2Vector;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;

/** Copies numbers, booleans, dates and times. */
final class FlatSinks {
  private FlatSinks() {}

  static SinkColumn of(ArrowType type) {
    if (type instanceof ArrowType.Bool) {
      return new Booleans();
    }
    if (type instanceof ArrowType.Int integer) {
      int width = integer.getBitWidth() / 8;
      return integer.getIsSigned() || width == 8 ? new Same(width) : new Unsigned(width);
    }
    if (type instanceof ArrowType.FloatingPoint floating) {
      return floating.getPrecision() == FloatingPointPrecision.HALF
          ? new Halves()
          : new Same(floating.getPrecision() == FloatingPointPrecision.SINGLE ? 4 : 8);
    }
    if (type instanceof ArrowType.Decimal decimal) {
      return new Decimals(decimal.getPrecision(), decimal.getBitWidth() / 8);
    }
    if (type instanceof ArrowType.Time time) {
      return switch (time.getUnit()) {
        case SECOND -> new Times(4, 1_000_000, 1);
        case MILLISECOND -> new Times(4, 1000, 1);
        default -> new Same(8);
      };
    }
    if (type instanceof ArrowType.Timestamp time) {
      return switch (time.getUnit()) {
        case SECOND -> new Times(8, 1_000_000, 1);
        case MILLISECOND -> new Times(8, 1000, 1);
        case MICROSECOND -> new Same(8);
        case NANOSECOND -> time.getTimezone() == null ? new Same(8) : new Times(8, 1, 1000);
      };
    }
    return new Same(4); // dates in days
  }

  /** Values that DuckDB and Arrow lay out alike. */
  private static final class Same extends SinkColumn {
    private final int width;

    Same(int width) {
      this.width = width;
    }

    @Override
    void copyValues(FieldVector from, int start, int count, ByteBuffer to) {
      long bytes = (long) count * width;
      Native.copy(
          from.getDataBufferAddress() + (long) start * width, Natives.data(to, bytes), bytes);
    }
  }

  /** Booleans, which have a byte each in DuckDB. */
  private static final class Booleans extends SinkColumn {
    @Override
    void copyValues(FieldVector from, int start, int count, ByteBuffer to) {
      long bits = from.getDataBufferAddress();
      long data = Natives.data(to, count);
      for (int i = 0; i < count; i++) {
        Native.putByte(data + i, (byte) Bits.get(bits, (long) start + i));
      }
    }
  }

  /** Unsigned numbers in the next larger signed type. */
  private static final class Unsigned extends SinkColumn {
    private final int width;

    Unsigned(int width) {
      this.width = width;
    }

    @Override
    void copyValues(FieldVector from, int start, int count, ByteBuffer to) {
      long source = from.getDataBufferAddress() + (long) start * width;
      long data = Natives.data(to, 2L * count * width);
      for (int i = 0; i < count; i++) {
        switch (width) {
          case 1 -> Native.putShort(data + 2L * i, (short) (Native.getByte(source + i) & 0xff));
          case 2 -> Native.putInt(data + 4L * i, Native.getShort(source + 2L * i) & 0xffff);
          default -> Native.putLong(data + 8L * i, Native.getInt(source + 4L * i) & 0xffffffffL);
        }
      }
    }
  }

  /** Floats of two bytes as floats of four. */
  private static final class Halves extends SinkColumn {
    @Override
    void copyValues(FieldVector from, int start, int count, ByteBuffer to) {
      long data = Natives.data(to, 4L * count);
      for (int i = 0; i < count; i++) {
        if (!from.isNull(start + i)) {
          Native.putFloat(data + 4L * i, ((Float2Vector) from).getValueAsFloat(start + i));
        }
      }
    }
  }

  /** Times in a unit that DuckDB does not have, in microseconds. */
  private static final class Times extends SinkColumn {
    private final int width;
    private final long factor;
    private final long divisor;

    Times(int width, long factor, long divisor) {
      this.width = width;
      this.factor = factor;
      this.divisor = divisor;
    }

    @Override
    void copyValues(FieldVector from, int start, int count, ByteBuffer to) {
      long data = Natives.data(to, 8L * count);
      for (int i = 0; i < count; i++) {
        if (!from.isNull(start + i)) {
          Native.putLong(data + 8L * i, micros(from, start + i));
        }
      }
    }

    private long micros(FieldVector from, int row) {
      long address = from.getDataBufferAddress() + (long) row * width;
      long value = width == 4 ? Native.getInt(address) : Native.getLong(address);
      if (value % divisor != 0) {
        throw outside(from, row, value + " ns", "whole microseconds for a time with a zone");
      }
      try {
        return Math.multiplyExact(value / divisor, factor);
      } catch (ArithmeticException e) {
        throw outside(from, row, "" + value, "a time between the years -290,000 and 290,000");
      }
    }
  }

  /** Decimals of 16 or 32 bytes, which have 2, 4, 8 or 16 bytes in DuckDB. */
  private static final class Decimals extends SinkColumn {
    private final int precision;
    private final int from;
    private final int width;

    Decimals(int precision, int from) {
      this.precision = precision;
      this.from = from;
      this.width = precision <= 4 ? 2 : precision <= 9 ? 4 : precision <= 18 ? 8 : 16;
    }

    @Override
    void copyValues(FieldVector vector, int start, int count, ByteBuffer to) {
      long source = vector.getDataBufferAddress() + (long) start * from;
      long data = Natives.data(to, (long) count * width);
      for (int i = 0; i < count; i++) {
        if (!vector.isNull(start + i)) {
          check(vector, start + i);
          Native.copy(source + (long) i * from, data + (long) i * width, width);
        }
      }
    }

    /** A value of more digits than its type has would become another one. */
    private void check(FieldVector vector, int row) {
      BigDecimal value = (BigDecimal) vector.getObject(row);
      if (value.precision() > precision) {
        throw outside(vector, row, value.toString(), "at most " + precision + " digits");
      }
    }
  }

  private static IllegalArgumentException outside(
      FieldVector from, int row, String found, String expected) {
    return new IllegalArgumentException(
        "%s: found %s in value %d of a batch, expected %s"
            .formatted(from.getName(), found, row, expected));
  }
}
