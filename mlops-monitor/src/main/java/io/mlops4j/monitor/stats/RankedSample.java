package io.mlops4j.monitor.stats;

import java.util.Arrays;

/**
 * A sorted sample that counts, for each value of another sample, how many of its own values are
 * below it. The other sample need not be sorted. A table of slots of equal width leads close to
 * each value. A branch-free search decides between the few candidates, because its direction is
 * unpredictable. D follows from the counts: between two neighbours of this sample, the other's
 * distribution function is largest or smallest at one of them.
 */
final class RankedSample {
  private static final int GROUPS = 256;
  private static final int MANY = 4096;

  // Distinct, ascending, infinite ones included, none -0. Infinite values follow, so that a search
  // may overrun.
  private final double[] values;
  private final int size;
  private final int[] upTo; // the number of rows that are not greater
  private final double low;
  private final double scale;
  private final int[] first; // for each slot, the number of values in earlier slots
  private final int shift; // from a slot to its group
  private final int reach; // the highest power of two up to the number of values in any slot

  RankedSample(Sample sample) {
    double[] distinct = new double[sample.size()];
    int[] counts = new int[sample.size()];
    int found = 0;
    for (int i = 0; i < sample.size(); found++) {
      distinct[found] = sample.get(i) + 0.0; // -0 becomes 0
      i = sample.skip(i, distinct[found]);
      counts[found] = i;
    }
    size = found;
    upTo = Arrays.copyOf(counts, size);
    double[] finite = Arrays.stream(distinct, 0, size).filter(Double::isFinite).toArray();
    low = finite.length == 0 ? 0 : finite[0];
    double width = finite.length == 0 ? 0 : finite[finite.length - 1] - low;
    int slots = Integer.highestOneBit(Math.min(size, 1 << 28)) * 2;
    scale = width > 0 && width < Double.POSITIVE_INFINITY ? (slots - 1) / width : 0;
    shift = Integer.numberOfTrailingZeros(Math.max(1, slots / GROUPS));
    first = new int[slots + 1];
    int fullest = 1;
    for (int i = 0; i < size; i++) {
      fullest = Math.max(fullest, ++first[slot(distinct[i]) + 1]);
    }
    for (int slot = 0; slot < slots; slot++) {
      first[slot + 1] += first[slot];
    }
    reach = Integer.highestOneBit(fullest);
    values = Arrays.copyOf(distinct, Math.addExact(size, 2 * reach));
    Arrays.fill(values, size, values.length, Double.POSITIVE_INFINITY);
  }

  /** Monotone, also as computed. */
  private int slot(double value) {
    int slot = (int) ((value - low) * scale);
    return Math.max(0, Math.min(first.length - 2, slot));
  }

  /** Of a finite value: twice the number of values below, and one more if there is an equal one. */
  private int place(double value) {
    int from = first[slot(value)];
    for (int step = reach; step > 0; step >>= 1) {
      from += less(values[from + step - 1], value) * step;
    }
    return 2 * from + 1 - less(value, values[from]);
  }

  /** 1 if a is less than b, neither -0, else 0: the sign of a difference, without a branch. */
  private static int less(double a, double b) {
    return (int) (Double.doubleToRawLongBits(a - b) >>> 63);
  }

  /** The place of an infinite value, whose difference to an equal value has no sign. */
  private int placeOfInfinite(double value) {
    if (value < 0) {
      return values[0] == value ? 1 : 0;
    }
    return values[size - 1] == value ? 2 * size - 1 : 2 * size;
  }

  int size() {
    return upTo[upTo.length - 1];
  }

  /**
   * Counts another sample by place.
   *
   * @param counts two places for each distinct value, and one more
   * @return the number of its values that are not NaN
   */
  int count(double[] current, int[] counts) {
    int finite = 0;
    int infinite = 0;
    int[] groups = new int[GROUPS + 1];
    for (double value : current) {
      if (Double.isFinite(value)) {
        groups[group(value) + 1]++;
        finite++;
      } else if (!Double.isNaN(value)) {
        counts[placeOfInfinite(value)]++;
        infinite++;
      }
    }
    for (double value : finite < MANY ? current : grouped(current, finite, groups)) {
      if (Double.isFinite(value)) {
        counts[place(value + 0.0)]++; // -0 becomes 0
      }
    }
    return finite + infinite;
  }

  /** Groups neighbours, so that a search finds its data in the processor's cache. */
  private double[] grouped(double[] current, int finite, int[] groups) {
    for (int group = 0; group < GROUPS; group++) {
      groups[group + 1] += groups[group];
    }
    double[] grouped = new double[finite];
    for (double value : current) {
      if (Double.isFinite(value)) {
        grouped[groups[group(value)]++] = value;
      }
    }
    return grouped;
  }

  private int group(double value) {
    return slot(value) >>> shift;
  }

  int places() {
    return 2 * size + 1;
  }

  /** Computes D from integers, like {@link StepDifference#largest(Sample, Sample)}. */
  double largest(int[] counts, int present) {
    long n = size();
    long m = present;
    long largest = 0;
    long before = 0;
    long seen = 0;
    for (int i = 0; i < size; i++) {
      seen += counts[2 * i];
      largest = Math.max(largest, Math.abs(before * m - seen * n));
      seen += counts[2 * i + 1];
      before = upTo[i];
      largest = Math.max(largest, Math.abs(before * m - seen * n));
    }
    return largest / ((double) n * m);
  }
}
