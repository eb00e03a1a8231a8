package io.mlops4j.monitor.stats;

/**
 * L-infinity distance over shared bins, {@code max |p - q|}: the largest change of the share of any
 * one bin. A symmetric metric that needs no floor for empty bins. This is an effect size without a
 * p-value.
 */
public final class MaximumDifference {
  private static final MaximumDifference DEFAULTS = new MaximumDifference();

  private MaximumDifference() {}

  /** {@return the statistic, which has no options} */
  public static MaximumDifference withDefaults() {
    return DEFAULTS;
  }

  /**
   * Computes the statistic.
   *
   * @param reference counts per bin, in any order of bins
   * @param current counts in the same bins
   * @return from 0 for equal shares to 1 when one bin holds all of one sample and none of the other
   * @throws IllegalArgumentException if the lengths differ, a count is negative or a sample counts
   *     no rows
   */
  public double statistic(long[] reference, long[] current) {
    return Counts.of(reference, current).max((p, q) -> Math.abs(p - q));
  }
}
