package io.mlops4j.runtime.binding.record;

import io.mlops4j.runtime.memory.DirectMemory;
import io.mlops4j.runtime.memory.Native;
import java.util.ArrayList;
import java.util.List;

/** Where the numbers of a row lie side by side. Thread safe. */
final class PackedRow {
  /** So many rows of all columns stay in the nearest cache while they are unpacked. */
  private static final int ROWS_AT_ONCE = 16;

  private final int[] offsets;
  private final int[] widths;
  private final int bytes;

  private PackedRow(int[] offsets, int[] widths, int bytes) {
    this.offsets = offsets;
    this.widths = widths;
    this.bytes = bytes;
  }

  /** Places one number after the other, each aligned. */
  static final class Builder {
    private final List<Integer> offsets = new ArrayList<>();
    private final List<Integer> widths = new ArrayList<>();
    private int end;

    /** Adds a primitive number and returns its offset. */
    int add(Class<?> number) {
      int width =
          number == byte.class
              ? 1
              : number == short.class ? 2 : number == int.class || number == float.class ? 4 : 8;
      int offset = align(end, width);
      offsets.add(offset);
      widths.add(width);
      end = offset + width;
      return offset;
    }

    PackedRow build() {
      return new PackedRow(
          offsets.stream().mapToInt(Integer::intValue).toArray(),
          widths.stream().mapToInt(Integer::intValue).toArray(),
          align(end, Long.BYTES));
    }

    private static int align(int offset, int width) {
      return (offset + width - 1) & -width;
    }
  }

  /** The number of bytes from one row to the next. */
  int bytes() {
    return bytes;
  }

  /** Where a value lies in the row, in bytes. */
  int offset(int number) {
    return offsets[number];
  }

  /** The number of bytes of one value. */
  int width(int number) {
    return widths[number];
  }

  /** The number of bytes of rows, side by side. */
  long rowBytes(int rows) {
    return (long) bytes * rows;
  }

  /** The number of bytes of a bitmap, with a readable word after the last row. */
  static long bitmapBytes(int rows) {
    return align((rows >>> 3) + 9L);
  }

  /** The number of bytes of the same rows as a bitmap and columns. */
  long columnBytes(int rows) {
    long end = bitmapBytes(rows);
    for (int width : widths) {
      end = next(end, (long) width * rows);
    }
    return end;
  }

  /** Columns at a distance of a page would compete for the same places in the nearest cache. */
  private static long next(long start, long columnBytes) {
    return start + align(columnBytes) + DirectMemory.ALIGNMENT;
  }

  private static long align(long end) {
    return (end + DirectMemory.ALIGNMENT - 1) & -DirectMemory.ALIGNMENT;
  }

  /**
   * Copies rows into columns.
   *
   * @param address where the rows begin
   * @param into where room for a bitmap and the columns begins
   * @return where each column begins, counted from {@code into}
   */
  long[] unpack(long address, int rows, long into) {
    long[] starts = new long[widths.length];
    long end = bitmapBytes(rows);
    for (int i = 0; i < starts.length; i++) {
      starts[i] = end;
      end = next(end, (long) widths[i] * rows);
    }
    for (int from = 0; from < rows; from += ROWS_AT_ONCE) {
      int count = Math.min(ROWS_AT_ONCE, rows - from);
      long first = address + (long) from * bytes;
      for (int i = 0; i < starts.length; i++) {
        long to = into + starts[i] + (long) from * widths[i];
        unpack(first + offsets[i], count, to, widths[i]);
      }
    }
    return starts;
  }

  private void unpack(long from, int count, long into, int width) {
    long at = from;
    switch (width) {
      case 1 -> {
        for (int row = 0; row < count; row++, at += bytes) {
          Native.putByte(into + row, Native.getByte(at));
        }
      }
      case 2 -> {
        for (int row = 0; row < count; row++, at += bytes) {
          Native.putShort(into + 2L * row, Native.getShort(at));
        }
      }
      case 4 -> {
        for (int row = 0; row < count; row++, at += bytes) {
          Native.putInt(into + 4L * row, Native.getInt(at));
        }
      }
      default -> {
        for (int row = 0; row < count; row++, at += bytes) {
          Native.putLong(into + 8L * row, Native.getLong(at));
        }
      }
    }
  }
}
