package io.mlops4j.runtime.binding.type;

import io.mlops4j.runtime.memory.Native;
import org.apache.arrow.memory.ArrowBuf;

/** Arrow's validity bitmaps: bit i is set if row i has a value. */
public final class Validity {
  private Validity() {}

  /**
   * Marks the first rows as valid.
   *
   * @param bits a bitmap of zeros
   * @param rows how many rows, 0 or more
   */
  public static void setAll(ArrowBuf bits, int rows) {
    bits.setOne(0L, rows >>> 3);
    if ((rows & 7) != 0) {
      bits.setByte(rows >>> 3, (1 << (rows & 7)) - 1);
    }
  }

  /**
   * Returns the size of a bitmap.
   *
   * @param rows how many rows, 0 or more
   * @return the number of bytes
   */
  public static long bytes(int rows) {
    return (rows + 7L) >>> 3;
  }

  /**
   * Returns whether there is no null, as far as a look at whole words tells.
   *
   * @param bitmap the bitmap
   * @param rows how many rows, 0 or more
   * @return false if there may be one
   */
  public static boolean isFull(ArrowBuf bitmap, int rows) {
    int words = rows >>> 6;
    long address = bitmap.memoryAddress();
    return bitmap.capacity() >= 8L * words + 8
        && allValid(address, words)
        && tailValid(address, rows, words);
  }

  /**
   * Returns the number of nulls.
   *
   * @param bitmap the address of the bitmap
   * @param capacity the number of readable bytes of the bitmap, at least those of the rows
   * @param rows how many rows, 0 or more
   * @return 0 or more
   */
  public static int nulls(long bitmap, long capacity, int rows) {
    int words = rows >>> 6;
    if (!allValid(bitmap, words)) {
      return count(bitmap, rows);
    }
    boolean whole = capacity >= 8L * words + 8;
    return whole && tailValid(bitmap, rows, words) ? 0 : nulls(bitmap, rows, words);
  }

  /**
   * Whether the rows after the full words are valid. It needs a readable word there, which Arrow's
   * own buffers have.
   */
  private static boolean tailValid(long bitmap, int rows, int words) {
    long beyond = -1L << (rows & 63);
    return (Native.getLong(bitmap + 8L * words) | beyond) == -1;
  }

  /** The usual case, so it is checked first and is the cheapest. */
  private static boolean allValid(long bitmap, int words) {
    long all = -1;
    for (int i = 0; i < words; i++) {
      all &= Native.getLong(bitmap + 8L * i);
    }
    return all == -1;
  }

  private static int count(long bitmap, int rows) {
    int valid = 0;
    int words = rows >>> 6;
    for (int i = 0; i < words; i++) {
      valid += Long.bitCount(Native.getLong(bitmap + 8L * i));
    }
    return (words << 6) - valid + nulls(bitmap, rows, words);
  }

  /**
   * Returns the number of nulls after the full words: half a word at once if possible, then byte by
   * byte.
   */
  private static int nulls(long bitmap, int rows, int words) {
    int valid = 0;
    int row = words << 6;
    if (rows - row >= 32) {
      valid = Integer.bitCount(Native.getInt(bitmap + (row >>> 3)));
      row += 32;
    }
    for (; row < rows; row += 8) {
      int here = Math.min(8, rows - row);
      valid += Integer.bitCount(Native.getByte(bitmap + (row >>> 3)) & ((1 << here) - 1));
    }
    return rows - (words << 6) - valid;
  }

  /**
   * Returns whether a row has no value.
   *
   * @param bitmap the address of the bitmap
   * @param row the row, from 0
   * @return whether its bit is unset
   */
  public static boolean isNull(long bitmap, int row) {
    return (Native.getByte(bitmap + (row >>> 3)) >>> (row & 7) & 1) == 0;
  }

  /**
   * Returns the first row without a value.
   *
   * @param bitmap the address of a bitmap with a null
   * @return the row, from 0
   */
  public static int firstNull(long bitmap) {
    int row = 0;
    while (!isNull(bitmap, row)) {
      row++;
    }
    return row;
  }
}
