package io.mlops4j.monitor.stats;

/**
 * Hellinger distance over shared bins, {@code sqrt(1 - sum sqrt(p q))}, with p and q the shares of
 * a bin in both samples. A symmetric metric that needs no floor for empty bins. This is an effect
 * size without a p-value.
 */
public final class Hellinger {
  private static final Hellinger DEFAULTS = new Hellinger();

  private Hellinger() {}

  /** {@return the statistic, which has no options} */
  public static Hellinger withDefaults() {
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
    // the same sum without its cancellation: 1 - sum sqrt(p q) = sum (sqrt(p) - sqrt(q))^2 / 2
    return Math.sqrt(Counts.of(reference, current).sum(Hellinger::term) / 2);
  }

  private static double term(double p, double q) {
    double difference = Math.sqrt(p) - Math.sqrt(q);
    return difference * difference;
  }
}
