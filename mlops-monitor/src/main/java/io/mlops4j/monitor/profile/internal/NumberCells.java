package io.mlops4j.monitor.profile.internal;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.function.IntToDoubleFunction;
import org.apache.arrow.memory.util.Float16;
import org.apache.arrow.memory.util.MemoryUtil;
import org.apache.arrow.vector.Decimal256Vector;
import org.apache.arrow.vector.DecimalVector;
import org.apache.arrow.vector.FieldVector;

/** Reads numbers of Arrow columns in chunks, by address. */
public final class NumberCells {
  /** Both are doubles up to here, and their quotient is rounded once. */
  private static final long WHOLE = 1L << 53;

  private static final int POWERS = 22;

  private NumberCells() {}

  /** Receives numbers; the chunk is reused. */
  public interface Taker {
    void take(Chunk chunk);

    void missing(long cells);
  }

  public static void read(FieldVector column, Chunk chunk, Taker to) {
    int rows = column.getValueCount();
    boolean nulls = column.getNullCount() > 0;
    for (int from = 0; from < rows; from += Chunk.SIZE) {
      int length = Math.min(Chunk.SIZE, rows - from);
      read(column, from, chunk, length);
      if (nulls) {
        chunk.keepValid(column.getValidityBufferAddress(), from);
        to.missing(length - chunk.length);
      }
      to.take(chunk);
    }
  }

  /** Copies all cells; a missing one becomes NaN. */
  public static void copy(FieldVector column, double[] into) {
    Chunk chunk = new Chunk();
    boolean nulls = column.getNullCount() > 0;
    for (int from = 0; from < into.length; from += Chunk.SIZE) {
      int length = Math.min(Chunk.SIZE, into.length - from);
      read(column, from, chunk, length);
      System.arraycopy(chunk.values, 0, into, from, length);
      for (int i = from; nulls && i < from + length; i++) {
        if (column.isNull(i)) {
          into[i] = Double.NaN;
        }
      }
    }
  }

  private static void read(FieldVector column, int from, Chunk into, int length) {
    into.length = length;
    into.floats = ColumnKind.isBFloat16(column) || floats(column, from, into, length);
    if (ColumnKind.isBFloat16(column)) {
      long address = column.getDataBufferAddress() + 2L * from;
      for (int i = 0; i < length; i++) {
        into.set(i, MemoryUtil.getShort(address + 2L * i) << 16);
      }
    } else if (!into.floats) {
      doubles(column, from, into.values, length);
    }
  }

  /** Reads types that a float holds exactly; false for another type. */
  private static boolean floats(FieldVector column, int from, Chunk into, int length) {
    long address = column.getDataBufferAddress();
    switch (column.getMinorType()) {
      case FLOAT4 -> {
        for (int i = 0; i < length; i++) {
          into.set(i, MemoryUtil.getInt(address + 4L * (from + i)));
        }
      }
      case FLOAT2 -> {
        for (int i = 0; i < length; i++) {
          into.set(i, Float16.toFloat(MemoryUtil.getShort(address + 2L * (from + i))));
        }
      }
      case TINYINT -> {
        for (int i = 0; i < length; i++) {
          into.set(i, (float) MemoryUtil.getByte(address + from + i));
        }
      }
      case UINT1 -> {
        for (int i = 0; i < length; i++) {
          into.set(i, (float) (MemoryUtil.getByte(address + from + i) & 0xff));
        }
      }
      case SMALLINT -> {
        for (int i = 0; i < length; i++) {
          into.set(i, (float) MemoryUtil.getShort(address + 2L * (from + i)));
        }
      }
      case UINT2 -> {
        for (int i = 0; i < length; i++) {
          into.set(i, (float) (MemoryUtil.getShort(address + 2L * (from + i)) & 0xffff));
        }
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  /** Adding 0 turns -0 into 0. Otherwise the bytes of a profile would differ. */
  private static void doubles(FieldVector column, int from, double[] into, int length) {
    long address = column.getDataBufferAddress();
    switch (column.getMinorType()) {
      case FLOAT8 -> {
        for (int i = 0; i < length; i++) {
          into[i] = Double.longBitsToDouble(MemoryUtil.getLong(address + 8L * (from + i))) + 0.0;
        }
      }
      case INT, TIMESEC, TIMEMILLI -> {
        for (int i = 0; i < length; i++) {
          into[i] = MemoryUtil.getInt(address + 4L * (from + i));
        }
      }
      case UINT4 -> {
        for (int i = 0; i < length; i++) {
          into[i] = Integer.toUnsignedLong(MemoryUtil.getInt(address + 4L * (from + i)));
        }
      }
      case BIGINT, TIMEMICRO, TIMENANO, DURATION -> {
        for (int i = 0; i < length; i++) {
          into[i] = MemoryUtil.getLong(address + 8L * (from + i));
        }
      }
      case UINT8 -> {
        for (int i = 0; i < length; i++) {
          into[i] = unsigned(MemoryUtil.getLong(address + 8L * (from + i)));
        }
      }
      case DECIMAL -> {
        int scale = ((DecimalVector) column).getScale();
        for (int i = 0; i < length; i++) {
          into[i] = decimal(address + 16L * (from + i), scale) + 0.0;
        }
      }
      case DECIMAL256 -> {
        int scale = ((Decimal256Vector) column).getScale();
        for (int i = 0; i < length; i++) {
          into[i] = decimal256(address + 32L * (from + i), scale) + 0.0;
        }
      }
      default -> throw new IllegalStateException("no numbers: " + column.getField());
    }
  }

  /**
   * Returns a function that reads one cell, whose validity the caller knows. Slower than reading in
   * chunks; for some cells of a column.
   */
  public static IntToDoubleFunction cells(FieldVector column) {
    long address = column.getDataBufferAddress();
    if (ColumnKind.isBFloat16(column)) {
      return row -> Float.intBitsToFloat(MemoryUtil.getShort(address + 2L * row) << 16);
    }
    return switch (column.getMinorType()) {
      case FLOAT4 -> row -> Float.intBitsToFloat(MemoryUtil.getInt(address + 4L * row));
      case FLOAT8 -> row -> Double.longBitsToDouble(MemoryUtil.getLong(address + 8L * row));
      case FLOAT2 -> row -> Float16.toFloat(MemoryUtil.getShort(address + 2L * row));
      case TINYINT -> row -> MemoryUtil.getByte(address + row);
      case UINT1 -> row -> MemoryUtil.getByte(address + row) & 0xff;
      case SMALLINT -> row -> MemoryUtil.getShort(address + 2L * row);
      case UINT2 -> row -> MemoryUtil.getShort(address + 2L * row) & 0xffff;
      case INT, TIMESEC, TIMEMILLI -> row -> MemoryUtil.getInt(address + 4L * row);
      case UINT4 -> row -> Integer.toUnsignedLong(MemoryUtil.getInt(address + 4L * row));
      case BIGINT, TIMEMICRO, TIMENANO, DURATION -> row -> MemoryUtil.getLong(address + 8L * row);
      case UINT8 -> row -> unsigned(MemoryUtil.getLong(address + 8L * row));
      case DECIMAL -> {
        int scale = ((DecimalVector) column).getScale();
        yield row -> decimal(address + 16L * row, scale);
      }
      case DECIMAL256 -> {
        int scale = ((Decimal256Vector) column).getScale();
        yield row -> decimal256(address + 32L * row, scale);
      }
      default -> throw new IllegalStateException("no numbers: " + column.getField());
    };
  }

  /** Halves a value beyond 2^63, keeping the bit that decides the rounding. */
  private static double unsigned(long bits) {
    return bits >= 0 ? bits : ((bits >>> 1) | (bits & 1)) * 2.0;
  }

  /** The double nearest to 128 bits over a power of ten. */
  private static double decimal(long address, int scale) {
    long first = MemoryUtil.getLong(address);
    long second = MemoryUtil.getLong(address + 8);
    long low = MemoryUtil.LITTLE_ENDIAN ? first : second;
    long high = MemoryUtil.LITTLE_ENDIAN ? second : first;
    if (high == (low >> 63) && Math.abs(low) <= WHOLE && scale >= 0 && scale <= POWERS) {
      return low / power(scale);
    }
    BigInteger unscaled =
        BigInteger.valueOf(high)
            .shiftLeft(Long.SIZE)
            .add(new BigInteger(Long.toUnsignedString(low)));
    return new BigDecimal(unscaled, scale).doubleValue();
  }

  private static double decimal256(long address, int scale) {
    byte[] bytes = new byte[32];
    for (int i = 0; i < bytes.length; i++) {
      int place = MemoryUtil.LITTLE_ENDIAN ? bytes.length - 1 - i : i;
      bytes[i] = MemoryUtil.getByte(address + place);
    }
    return new BigDecimal(new BigInteger(bytes), scale).doubleValue();
  }

  private static double power(int exponent) {
    double power = 1;
    for (int i = 0; i < exponent; i++) {
      power *= 10;
    }
    return power;
  }
}
