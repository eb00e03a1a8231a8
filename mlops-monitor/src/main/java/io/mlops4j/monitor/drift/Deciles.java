package io.mlops4j.monitor.drift;

import java.util.Arrays;

/** Joins the bins of a reference to at most ten of about equal mass. */
final class Deciles {
  private static final int MOST = 10;

  private Deciles() {}

  /** The group of each bin, by the share of the reference below the bin. */
  static int[] of(long[] reference) {
    long rows = Arrays.stream(reference).sum();
    int[] group = new int[reference.length];
    long below = 0;
    for (int bin = 0; bin < group.length; bin++) {
      group[bin] = rows == 0 ? 0 : (int) Math.min(MOST - 1, below * MOST / rows);
      below += reference[bin];
    }
    return group;
  }

  /** The counts by group, followed by the missing values. */
  static long[] sum(long[] counts, int[] group, long missing) {
    long[] sums = new long[group[group.length - 1] + 2];
    for (int bin = 0; bin < counts.length; bin++) {
      sums[group[bin]] += counts[bin];
    }
    sums[sums.length - 1] = missing;
    return sums;
  }
}
