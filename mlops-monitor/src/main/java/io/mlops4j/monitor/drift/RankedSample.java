package io.mlops4j.monitor.drift;

import java.util.Arrays;

/**
 * A sorted sample that finds how many of its values another one lies above, without sorting that: a
 * table of slots of equal width leads close to each value. D then takes counts only, as between two
 * neighbours of this sample the other's distribution function is greatest, or least, at one of the
 * two.
 */
final class RankedSample {
  private final double[] values; // distinct, ascending, infinite ones included
  private final int[] upTo; // how many rows are not greater
  private final double low;
  private final double scale;
  private final int[] first; // of each slot, how many values are in slots before

  RankedSample(Sample sample) {
    double[] distinct = new double[sample.size()];
    int[] counts = new int[sample.size()];
    int size = 0;
    for (int i = 0; i < sample.size(); size++) {
      distinct[size] = sample.get(i);
      i = sample.skip(i, distinct[size]);
      counts[size] = i;
    }
    values = Arrays.copyOf(distinct, size);
    upTo = Arrays.copyOf(counts, size);
    double[] finite = Arrays.stream(values).filter(Double::isFinite).toArray();
    low = finite.length == 0 ? 0 : finite[0];
    double width = finite.length == 0 ? 0 : finite[finite.length - 1] - low;
    int slots = Integer.highestOneBit(Math.min(size, 1 << 28)) * 2;
    scale = width > 0 && width < Double.POSITIVE_INFINITY ? (slots - 1) / width : 0;
    first = new int[slots + 1];
    for (double value : values) {
      first[slot(value) + 1]++;
    }
    for (int slot = 0; slot < slots; slot++) {
      first[slot + 1] += first[slot];
    }
  }

  /** Monotone, also as computed. */
  private int slot(double value) {
    int slot = (int) ((value - low) * scale);
    return Math.max(0, Math.min(first.length - 2, slot));
  }

  /** Twice the number of values below, and one more if there is an equal one. */
  private int place(double value) {
    int slot = slot(value);
    int from = first[slot];
    int to = first[slot + 1];
    while (from < to) {
      int middle = (from + to) >>> 1;
      if (values[middle] < value) {
        from = middle + 1;
      } else {
        to = middle;
      }
    }
    return 2 * from + (from < values.length && values[from] == value ? 1 : 0);
  }

  int size() {
    return upTo[upTo.length - 1];
  }

  /**
   * Counts another sample by place.
   *
   * @param counts two for each distinct value, and one more
   * @return how many of its values are not NaN
   */
  int count(double[] current, int[] counts) {
    int present = 0;
    for (double value : current) {
      if (!Double.isNaN(value)) {
        counts[place(value)]++;
        present++;
      }
    }
    return present;
  }

  int places() {
    return 2 * values.length + 1;
  }

  /** D, from integers, as {@link StepDifference#largest(Sample, Sample)} computes it. */
  double largest(int[] counts, int present) {
    long n = size();
    long m = present;
    long largest = 0;
    long before = 0;
    long seen = 0;
    for (int i = 0; i < values.length; i++) {
      seen += counts[2 * i];
      largest = Math.max(largest, Math.abs(before * m - seen * n));
      seen += counts[2 * i + 1];
      before = upTo[i];
      largest = Math.max(largest, Math.abs(before * m - seen * n));
    }
    return largest / ((double) n * m);
  }
}
