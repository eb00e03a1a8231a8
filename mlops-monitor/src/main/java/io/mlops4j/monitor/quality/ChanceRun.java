package io.mlops4j.monitor.quality;

import io.mlops4j.monitor.profile.CategoryProfile;
import io.mlops4j.monitor.profile.ColumnProfile;
import io.mlops4j.monitor.profile.NumberProfile;

/**
 * The runs of one value that independent rows have by chance. A flag that is set in one row of a
 * thousand has runs of thousands of rows, and their longest one differs much from sample to sample.
 */
final class ChanceRun {
  /** Fewer rows with other values do not tell how rare they are. */
  private static final long FEWEST_OTHERS = 10;

  /** Standard errors by which the share of other rows may be smaller than in the reference. */
  private static final double SAFETY = 3;

  private ChanceRun() {}

  /**
   * Returns the length that independent rows reach in a window with the probability of the level,
   * or rather less. With q the share of the rows whose value is not the most frequent one, n rows
   * begin about {@code n q} runs, and each of them is longer than k with the probability {@code (1
   * - q)^k}.
   *
   * @param rows of the window, of which one in {@code sampling} is checked
   * @return 0 if the profile has no counts; {@link Long#MAX_VALUE} if almost all rows of the
   *     reference have the same value
   */
  static long longest(ColumnProfile reference, long rows, int sampling, double level) {
    long[] counts =
        reference instanceof NumberProfile numbers
            ? numbers.counts()
            : reference instanceof CategoryProfile categories ? categories.counts() : new long[0];
    long sum = 0;
    long most = 0;
    for (long count : counts) {
      sum += count;
      most = Math.max(most, count);
    }
    double all = sum;
    double others = all - most;
    if (all == 0) {
      return 0;
    }
    if (others < FEWEST_OTHERS) {
      return Long.MAX_VALUE;
    }
    double q = (others - SAFETY * Math.sqrt(others)) / all;
    double begun = Math.max(1, rows * q / sampling);
    double run = Math.log(begun / level) / -Math.log1p(-q);
    return sampling * (long) Math.ceil(run);
  }
}
