package io.mlops4j.monitor.stats;

import io.mlops4j.monitor.distribution.Hypergeometric;

/**
 * Fisher's exact test of equal shares of hits in two samples, two-sided. The p-value is the sum of
 * the probabilities of all 2 x 2 tables with the same totals that are at most as probable as the
 * observed one (Fisher 1935). The samples may have any sizes. Use it for few hits or few rows,
 * where {@link ShareDifference} approximates badly. Agrees with {@code scipy.stats.fisher_exact}.
 *
 * <p>The statistic is the odds ratio of the rows, {@code (reference misses * current hits) /
 * (reference hits * current misses)}: 1 for equal shares, infinite if its denominator is 0. If no
 * row or every row of both samples is a hit, the odds are undefined. They count as equal here, with
 * statistic 1 and p = 1, where SciPy answers NaN.
 *
 * <p><b>Cost.</b> In proportion to the smallest of the four totals.
 */
public final class FisherExact {
  private static final FisherExact DEFAULTS = new FisherExact();

  private FisherExact() {}

  /** {@return the two-sided test, which has no options} */
  public static FisherExact withDefaults() {
    return DEFAULTS;
  }

  /**
   * Tests the shares of hits in two samples.
   *
   * @param reference two counts: misses, hits
   * @param current two counts: misses, hits
   * @return the odds ratio and the p-value
   * @throws IllegalArgumentException if there are not two counts each, one is negative, a sample
   *     counts no rows, or both together more than 2<sup>31</sup> - 1
   */
  public TestResult test(long[] reference, long[] current) {
    Counts counts = Counts.of(reference, current);
    if (counts.bins() != 2) {
      throw new IllegalArgumentException(
          "reference has " + counts.bins() + " bins: the test needs two, misses and hits");
    }
    double rows = (double) counts.referenceRows() + counts.currentRows();
    if (rows > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "reference and current count %s rows, the exact test takes at most %s: take ShareDifference"
              .formatted(rows, Integer.MAX_VALUE));
    }
    if (counts.usedBins() == 1) {
      return TestResult.of(1, 1);
    }
    double odds = ((double) reference[0] * current[1]) / ((double) reference[1] * current[0]);
    double hits = (double) reference[1] + current[1];
    return TestResult.of(
        odds,
        new Hypergeometric(rows, hits, counts.referenceRows())
            .atMostAsProbable((double) reference[1]));
  }
}
