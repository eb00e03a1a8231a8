package io.mlops4j.monitor.profile.internal;

import java.util.Arrays;

/**
 * Finds bins fast. A table leads to the few candidate edges for a value. A branch-free search
 * decides between them, because its direction is unpredictable.
 *
 * <p>The table has slots of equal width, either in the value or, for values of many magnitudes, in
 * the upper half of its bits. The choice leaves fewer edges in the fullest slot. Both mappings are
 * monotone even with rounding, which is all that correctness needs: the edges in earlier slots are
 * below a value, the edges in later slots are not.
 */
public final class BinLookup {
  private static final int SLOTS = 2048;

  private final double[]
      edges; // infinite values follow the last edge, so that a search may overrun
  private final boolean linear;
  private final double low;
  private final double scale;
  private final long lowKey;
  private final int shift;
  private final byte[] first =
      new byte[SLOTS]; // for each slot, the number of edges in earlier slots
  private final int reach; // a power of two above the number of edges in any slot, or 1

  /**
   * Builds the table.
   *
   * @param edges finite, ascending, at most 255
   */
  public BinLookup(double[] edges) {
    this.edges = Arrays.copyOf(edges, 2 * NumberBins.MOST);
    Arrays.fill(this.edges, edges.length, this.edges.length, Double.POSITIVE_INFINITY);
    boolean none = edges.length == 0;
    low = none ? 0 : edges[0];
    double width = none ? 0 : edges[edges.length - 1] - low;
    scale = width > 0 ? (SLOTS - 1) / width : 0;
    lowKey = none ? 0 : key(low);
    shift = none ? 0 : shift(key(edges[edges.length - 1]) - lowKey);
    linear = fullest(true) <= fullest(false);
    for (int edge = edges.length - 1, slot = SLOTS - 1; slot >= 0; slot--) {
      while (edge >= 0 && slot(edges[edge]) >= slot) {
        edge--;
      }
      first[slot] = (byte) (edge + 1);
    }
    reach = Integer.highestOneBit(Math.max(1, fullest(linear)));
  }

  private static int shift(long range) {
    return Math.max(0, Long.SIZE - Long.numberOfLeadingZeros(range / SLOTS));
  }

  private int fullest(boolean byValue) {
    int fullest = 0;
    int same = 0;
    int last = -1;
    for (double edge : edges) {
      if (Double.isFinite(edge)) {
        int slot = byValue ? slotOfValue(edge) : slotOfKey(edge);
        same = slot == last ? same + 1 : 1;
        last = slot;
        fullest = Math.max(fullest, same);
      }
    }
    return fullest;
  }

  /** The upper half of the bits, in the order of the values. */
  private static long key(double value) {
    int upper = (int) (Double.doubleToRawLongBits(value) >>> 32);
    return upper ^ ((upper >> 31) & 0x7fffffff);
  }

  private int slotOfKey(double value) {
    long slot = (key(value) - lowKey) >> shift;
    return (int) Math.max(0, Math.min(SLOTS - 1, slot));
  }

  private int slotOfValue(double value) {
    int slot = (int) ((value - low) * scale);
    return Math.max(0, Math.min(SLOTS - 1, slot));
  }

  private int slot(double value) {
    return linear ? slotOfValue(value) : slotOfKey(value);
  }

  /** Returns the number of edges below a finite value, which is the number of its bin. */
  public int of(double value) {
    return search(first[slot(value)] & 0xff, value);
  }

  private int search(int from, double value) {
    int bin = from;
    for (int step = reach; step > 0; step >>= 1) {
      bin += less(edges[bin + step - 1], value) * step;
    }
    return bin;
  }

  /** 1 if an edge is less than a value, else 0: the sign of a difference, without a branch. */
  private static int less(double edge, double value) {
    return (int) (Double.doubleToRawLongBits(edge - value) >>> 63);
  }

  /**
   * Counts values by bin. Every second value goes to the second array, because a count that was
   * just stored cannot be read at once.
   *
   * @param values finite
   */
  public void count(double[] values, int length, long[] even, long[] odd) {
    if (linear && reach == 1) {
      countAtOnce(values, length, even, odd);
      return;
    }
    for (int i = 0; i < length; i++) {
      (i % 2 == 0 ? even : odd)[of(values[i])]++;
    }
  }

  private void countAtOnce(double[] values, int length, long[] even, long[] odd) {
    int pairs = length & ~1;
    for (int i = 0; i < pairs; i += 2) {
      int bin = first[slotOfValue(values[i])] & 0xff;
      even[bin + less(edges[bin], values[i])]++;
      int next = first[slotOfValue(values[i + 1])] & 0xff;
      odd[next + less(edges[next], values[i + 1])]++;
    }
    if (pairs < length) {
      even[of(values[pairs])]++;
    }
  }
}
