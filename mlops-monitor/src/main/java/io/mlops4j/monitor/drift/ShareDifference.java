package io.mlops4j.monitor.drift;

import org.apache.commons.statistics.distribution.NormalDistribution;

/**
 * Difference of two shares with the pooled z test: {@code z = (q - p) / sqrt(s (1 - s) (1/n +
 * 1/m))}, p and q the shares of hits in the reference and the current rows, s the share in both
 * together; two-sided p-value from the normal distribution. {@code z^2} is the uncorrected
 * chi-square statistic of the 2 x 2 table.
 *
 * <p>When no row or every row of both samples is a hit, z = 0 and p = 1. The normal approximation
 * asks for about five hits and five misses in each sample.
 */
public final class ShareDifference {
  private static final ShareDifference DEFAULTS = new ShareDifference();

  private ShareDifference() {}

  /**
   * The two-sided pooled test.
   *
   * @return the test
   */
  public static ShareDifference withDefaults() {
    return DEFAULTS;
  }

  /**
   * Tests the shares of hits in two samples.
   *
   * @param reference two counts: misses, hits
   * @param current two counts: misses, hits
   * @return the difference, z and the p-value
   * @throws IllegalArgumentException when there are not two counts each, one is negative or a
   *     sample counts no rows
   */
  public Result test(long[] reference, long[] current) {
    Counts counts = Counts.of(reference, current);
    if (counts.bins() != 2) {
      throw new IllegalArgumentException(
          "reference has "
              + counts.bins()
              + " bins: a difference of shares needs two, misses and hits");
    }
    double difference = counts.currentShare(1) - counts.referenceShare(1);
    double z = z(difference, counts);
    return new Result(
        difference,
        z,
        Math.min(1, 2 * NormalDistribution.of(0, 1).survivalProbability(Math.abs(z))));
  }

  private static double z(double difference, Counts counts) {
    if (counts.usedBins() == 1 || difference == 0) {
      return 0;
    }
    double n = counts.referenceRows();
    double m = counts.currentRows();
    double share = (counts.reference(1) + (double) counts.current(1)) / (n + m);
    return difference / Math.sqrt(share * (1 - share) * (1 / n + 1 / m));
  }

  /**
   * The answer of the test.
   *
   * @param difference current share of hits minus reference share, in [-1, 1]
   * @param statistic z, with the sign of the difference
   * @param pValue the two-sided p-value
   */
  public record Result(double difference, double statistic, double pValue) implements TestResult {}
}
