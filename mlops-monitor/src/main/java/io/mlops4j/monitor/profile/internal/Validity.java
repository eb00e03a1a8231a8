package io.mlops4j.monitor.profile.internal;

import org.apache.arrow.memory.util.MemoryUtil;

/** The validity bits of a chunk's cells, 64 at a time. */
public final class Validity {
  private final long[] words = new long[Chunk.SIZE / Long.SIZE];

  /** The bits of 64 cells, the first cell in the lowest bit; bits after the last cell are 0. */
  public long word(int index) {
    return words[index];
  }

  /**
   * Reads the bits of up to {@link Chunk#SIZE} cells.
   *
   * @param address the address of the column's bits
   * @param from the first cell, a multiple of 8
   * @return whether all are set
   */
  public boolean read(long address, int from, int length) {
    long start = address + (from >>> 3);
    boolean all = true;
    for (int bit = 0; bit < length; bit += Long.SIZE) {
      int left = length - bit;
      long word = left >= Long.SIZE ? whole(start + (bit >>> 3)) : part(start + (bit >>> 3), left);
      words[bit >>> 6] = word;
      all &= word == (left >= Long.SIZE ? -1L : (1L << left) - 1);
    }
    return all;
  }

  /** Reads in the order of Arrow, which is little-endian, on any machine. */
  private static long whole(long address) {
    long word = MemoryUtil.getLong(address);
    return MemoryUtil.LITTLE_ENDIAN ? word : Long.reverseBytes(word);
  }

  /** Reads byte by byte, because there may be no memory after the last byte. */
  private static long part(long address, int bits) {
    long word = 0;
    for (int bit = 0; bit < bits; bit += Byte.SIZE) {
      word |= (MemoryUtil.getByte(address + (bit >>> 3)) & 0xffL) << bit;
    }
    return word & ((1L << bits) - 1);
  }
}
