package io.mlops4j.monitor.profile.internal;

/**
 * Cells of small batches that wait until they fill a chunk. Counting costs a fixed amount of time
 * for each chunk, which a few cells do not repay.
 *
 * <p>Holds floats or doubles, in memory that is allocated with the first small batch: at most 4 or
 * 8 KiB.
 */
public final class GatheredCells {
  /** Chunks with at least this number of cells are counted at once. */
  private static final int LARGE = Chunk.SIZE / 2;

  private int[] bits = {};
  private double[] values = {};
  private boolean floats;
  private int length;

  /**
   * Copies the cells of a small chunk; returns false, and copies no cell, if it must be counted.
   */
  public boolean take(Chunk chunk) {
    boolean suits = length == 0 || (chunk.floats == floats && length + chunk.length <= Chunk.SIZE);
    if (chunk.length >= LARGE || !suits) {
      return false;
    }
    floats = chunk.floats;
    if (floats) {
      bits = bits.length == 0 ? new int[Chunk.SIZE] : bits;
      System.arraycopy(chunk.bits, 0, bits, length, chunk.length);
    } else {
      values = values.length == 0 ? new double[Chunk.SIZE] : values;
      System.arraycopy(chunk.values, 0, values, length, chunk.length);
    }
    length += chunk.length;
    return true;
  }

  /** Removes all cells. */
  public void clear() {
    length = 0;
  }

  public boolean isEmpty() {
    return length == 0;
  }

  /** Whether another small chunk may not fit. */
  public boolean isFull() {
    return length > Chunk.SIZE - LARGE;
  }

  /** Moves the cells to a chunk, whose cells are overwritten; false if there are none. */
  public boolean moveTo(Chunk chunk) {
    chunk.floats = floats;
    chunk.length = length;
    for (int i = 0; floats && i < length; i++) {
      chunk.set(i, bits[i]);
    }
    if (!floats) {
      System.arraycopy(values, 0, chunk.values, 0, length);
    }
    length = 0;
    return chunk.length > 0;
  }
}
