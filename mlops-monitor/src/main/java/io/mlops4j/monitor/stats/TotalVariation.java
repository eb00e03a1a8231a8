package io.mlops4j.monitor.stats;

/**
 * Total variation distance over shared bins, {@code sum |p - q| / 2}: the share of rows that must
 * change their bin. A symmetric metric that needs no floor for empty bins. This is an effect size
 * without a p-value.
 */
public final class TotalVariation {
  private static final TotalVariation DEFAULTS = new TotalVariation();

  private TotalVariation() {}

  /** {@return the statistic, which has no options} */
  public static TotalVariation withDefaults() {
    return DEFAULTS;
  }

  /**
   * Computes the statistic.
   *
   * @param reference counts per bin, in any order of bins
   * @param current counts in the same bins
   * @return from 0 for equal shares to 1 for samples without a common bin
   * @throws IllegalArgumentException if the lengths differ, a count is negative or a sample counts
   *     no rows
   */
  public double statistic(long[] reference, long[] current) {
    return Counts.of(reference, current).sum((p, q) -> Math.abs(p - q)) / 2;
  }
}
