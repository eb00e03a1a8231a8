package io.mlops4j.monitor.profile.internal;

/**
 * Memory for some cells of a column, reused for one column after the other. After reading, the
 * chunk does not contain the cells that are null. It may contain NaN, and -0 has become 0.
 */
public final class Chunk {
  /** The number of cells; small enough that loops over a chunk stay in the nearest caches. */
  public static final int SIZE = 1024;

  public final double[] values = new double[SIZE];

  /** The same values as floats, if {@link #floats} is true. */
  public final int[] bits = new int[SIZE];

  public boolean floats;
  public int length;

  /** Scratch memory for the code that processes the chunk. */
  public final int[] hashes = new int[SIZE];

  /** Scratch memory for the code that processes the chunk. */
  public final double[] odd = new double[SIZE];

  private final Validity validity = new Validity();
  private long[] counts = new long[0];

  /** Scratch memory for counts by bin, at least of a size; not cleared. */
  public long[] counts(int size) {
    if (counts.length < size) {
      counts = new long[size];
    }
    return counts;
  }

  /** Sets a cell to a float given by its bits. */
  public void set(int cell, int floatBits) {
    int normal = floatBits == Integer.MIN_VALUE ? 0 : floatBits;
    bits[cell] = normal;
    values[cell] = Float.intBitsToFloat(normal);
  }

  /** Sets a cell to a float. */
  public void set(int cell, float value) {
    set(cell, Float.floatToRawIntBits(value));
  }

  /**
   * Keeps the cells that are valid, in order.
   *
   * @param address the address of the column's validity
   * @param from the first cell that was read
   */
  public void keepValid(long address, int from) {
    if (validity.read(address, from, length)) {
      return;
    }
    int kept = 0;
    for (int base = 0; base < length; base += Long.SIZE) {
      long word = validity.word(base >>> 6);
      if (word == -1L) {
        System.arraycopy(values, base, values, kept, Long.SIZE);
        System.arraycopy(bits, base, bits, kept, Long.SIZE);
        kept += Long.SIZE;
      }
      for (long rest = word == -1L ? 0 : word; rest != 0; rest &= rest - 1) {
        int cell = base + Long.numberOfTrailingZeros(rest);
        values[kept] = values[cell];
        bits[kept++] = bits[cell];
      }
    }
    length = kept;
  }

  /** Keeps the finite values, in order. */
  public void keepFinite() {
    int kept = 0;
    for (int i = 0; i < length; i++) {
      if (Double.isFinite(values[i])) {
        values[kept] = values[i];
        bits[kept++] = bits[i];
      }
    }
    length = kept;
  }
}
