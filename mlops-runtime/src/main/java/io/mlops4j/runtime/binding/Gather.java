package io.mlops4j.runtime.binding;

import io.mlops4j.model.ElementType;
import io.mlops4j.runtime.binding.type.Scalars;
import io.mlops4j.runtime.memory.Native;

/**
 * Copies columns into rows, by address.
 *
 * <p>Columns of four-byte values are written four at a time, for as many rows as fit half a
 * megabyte of the target, which then stays in the second-level cache until its rows are complete; a
 * megabyte if a row is short, because there are then few columns to go through. Shorter blocks end
 * before the processor has begun to prefetch the columns: with 65 536 rows of 32 floats, blocks of
 * 128 rows were measured to take twice as long. Eight or sixteen columns at a time are slower,
 * because columns that lie a power of two apart meet in the same sets of the nearest cache.
 */
final class Gather {
  /** The bytes of the target that four columns at a time are written to in turn. */
  private static final long SPAN = 512 << 10;

  /** The most bytes of a row that is short. */
  private static final long SHORT = 128;

  /** For columns that are written one at a time, whose lines stay in the nearest cache. */
  private static final int BLOCK = 128;

  private Gather() {}

  /**
   * Writes the elements {@code (row, column)} of {@code [rows, columns]}, converted to the target
   * type.
   *
   * @param from the address of each column's first element; booleans are bits
   * @param columns the number of columns
   * @param to the address of the target's first element
   * @return whether every value fits the target, including values at nulls
   */
  static boolean rows(
      long[] from, ElementType[] types, int columns, long to, ElementType target, int rows) {
    if (columns == 1 && types[0] == target && target != ElementType.BOOL) {
      Native.copy(from[0], to, (long) rows * target.bytes());
      return true;
    }
    boolean fit = true;
    int fast = fourByte(types, columns, target);
    int block = fast == 0 ? BLOCK : block((long) columns * target.bytes());
    for (int start = 0; start < rows; start += block) {
      int end = Math.min(rows, start + block);
      for (int column = 0; column < fast; column += 4) {
        four(from, column, to + 4L * column, 4L * columns, start, end);
      }
      if (fast < columns) {
        fit &= ones(from, types, fast, columns, to, target, start, end);
      }
    }
    return fit;
  }

  /** Returns how many rows of four columns are written in turn: a multiple of {@link #BLOCK}. */
  private static int block(long stride) {
    long span = stride <= SHORT ? 2 * SPAN : SPAN;
    return (int) Math.max(1, span / stride / BLOCK) * BLOCK;
  }

  /**
   * Writes a range of one column's elements one after the other, converted to the target type.
   *
   * @param from the address of the column's first element; booleans are bits
   * @param first the index of the first element to read
   * @param to the address of the first element to write
   * @param count the number of elements
   * @return whether every value fits the target, including values at nulls
   */
  static boolean span(
      long from, ElementType type, long first, long to, ElementType target, int count) {
    if (type == target && target != ElementType.BOOL) {
      Native.copy(from + first * target.bytes(), to, (long) count * target.bytes());
      return true;
    }
    if (type == ElementType.BOOL) {
      int bit = (int) (first & 7);
      return one(from + (first >>> 3), type, to - bit, target, 1, bit, bit + count);
    }
    return one(from + first * type.bytes(), type, to, target, 1, 0, count);
  }

  /**
   * Returns how many of the first columns are written four at a time: those with the target's own
   * four-byte type.
   */
  private static int fourByte(ElementType[] types, int columns, ElementType target) {
    if (target != ElementType.FLOAT32 && target != ElementType.INT32) {
      return 0;
    }
    int same = 0;
    while (same < columns && types[same] == target) {
      same++;
    }
    return same & -4;
  }

  /** The variant that was measured to be the fastest. */
  private static void four(long[] from, int column, long to, long stride, int start, int end) {
    long first = 4L * start;
    long a = from[column] + first;
    long b = from[column + 1] + first;
    long c = from[column + 2] + first;
    long d = from[column + 3] + first;
    long target = to + stride * start;
    int rows = end - start;
    for (int row = 0; row < rows; row++) {
      long at = 4L * row;
      Native.putInt(target, Native.getInt(a + at));
      Native.putInt(target + 4, Native.getInt(b + at));
      Native.putInt(target + 8, Native.getInt(c + at));
      Native.putInt(target + 12, Native.getInt(d + at));
      target += stride;
    }
  }

  /** Writes the columns from the given one on, one at a time. */
  private static boolean ones(
      long[] from,
      ElementType[] types,
      int first,
      int columns,
      long to,
      ElementType target,
      int begin,
      int end) {
    boolean fit = true;
    for (int start = begin; start < end; start += BLOCK) {
      int stop = Math.min(end, start + BLOCK);
      for (int column = first; column < columns; column++) {
        long at = to + (long) column * target.bytes();
        fit &= one(from[column], types[column], at, target, columns, start, stop);
      }
    }
    return fit;
  }

  private static boolean one(
      long from, ElementType type, long to, ElementType target, int columns, int start, int end) {
    long stride = (long) columns * target.bytes();
    if (type == target && target != ElementType.BOOL) {
      copy(from, to, target.bytes(), stride, start, end);
      return true;
    }
    if (Narrow.isPossible(type, target)) {
      return Narrow.write(from, type, to, target, stride, start, end);
    }
    switch (target) {
      case BOOL -> bits(from, to, stride, start, end);
      case FLOAT32 -> {
        for (int row = start; row < end; row++) {
          // Exact, because the value has at most 16 bits.
          Native.putFloat(to + stride * row, (float) Scalars.whole(from, type, row));
        }
      }
      case FLOAT64 -> {
        for (int row = start; row < end; row++) {
          double value =
              type == ElementType.FLOAT32
                  ? Native.getFloat(from + 4L * row)
                  : Scalars.whole(from, type, row);
          Native.putDouble(to + stride * row, value);
        }
      }
      default -> {
        for (int row = start; row < end; row++) {
          Scalars.put(to + stride * row, target.bytes(), Scalars.whole(from, type, row));
        }
      }
    }
    return true;
  }

  private static void bits(long from, long to, long stride, int start, int end) {
    for (int row = start; row < end; row++) {
      int bit = Native.getByte(from + (row >>> 3)) >>> (row & 7) & 1;
      Native.putByte(to + stride * row, (byte) bit);
    }
  }

  private static void copy(long from, long to, int bytes, long stride, int start, int end) {
    for (int row = start; row < end; row++) {
      long target = to + stride * row;
      switch (bytes) {
        case 1 -> Native.putByte(target, Native.getByte(from + row));
        case 2 -> Native.putShort(target, Native.getShort(from + 2L * row));
        case 4 -> Native.putInt(target, Native.getInt(from + 4L * row));
        default -> Native.putLong(target, Native.getLong(from + 8L * row));
      }
    }
  }
}
