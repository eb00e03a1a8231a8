package io.mlops4j.monitor.stats;

import io.mlops4j.monitor.distribution.Normal;
import java.util.Objects;

/**
 * Difference of two shares with the pooled z test: {@code z = (q - p) / sqrt(s (1 - s) (1/n +
 * 1/m))}. Here p and q are the shares of hits in the reference and in the current rows, and s is
 * the share in both together. {@code z^2} is the uncorrected chi-square statistic of the 2 x 2
 * table.
 *
 * <p><b>P-value.</b> Two-sided. {@link PValueMethod#ASYMPTOTIC}, the default, takes it from the
 * normal distribution, which needs about five hits and five misses in each sample. {@link
 * PValueMethod#EXACT} takes it from all tables with the same totals, by {@link ChiSquare}. {@link
 * PValueMethod#AUTO} is exact where fewer than 100 hits or misses are expected in a sample.
 *
 * <p>If no row or every row of both samples is a hit, z = 0 and p = 1.
 */
public final class ShareDifference {
  private static final ShareDifference DEFAULTS = new ShareDifference(PValueMethod.ASYMPTOTIC);
  private static final ChiSquare EXACT =
      ChiSquare.withDefaults().withYates(false).withPooling(true).with(PValueMethod.EXACT);

  private final PValueMethod method;

  private ShareDifference(PValueMethod method) {
    this.method = method;
  }

  /** {@return the two-sided pooled test with {@link PValueMethod#ASYMPTOTIC}} */
  public static ShareDifference withDefaults() {
    return DEFAULTS;
  }

  /**
   * Returns the same test with another p-value method.
   *
   * @param pValueMethod how the p-value is computed
   * @return a changed copy
   */
  public ShareDifference with(PValueMethod pValueMethod) {
    return new ShareDifference(Objects.requireNonNull(pValueMethod, "pValueMethod"));
  }

  /**
   * Computes the difference of the shares of hits.
   *
   * @param reference two counts: misses, hits
   * @param current two counts: misses, hits
   * @return current share of hits minus reference share, in [-1, 1]
   * @throws IllegalArgumentException for the reasons of {@link #test}
   */
  public double difference(long[] reference, long[] current) {
    return difference(counts(reference, current));
  }

  private static double difference(Counts counts) {
    return counts.currentShare(1) - counts.referenceShare(1);
  }

  private static Counts counts(long[] reference, long[] current) {
    Counts counts = Counts.of(reference, current);
    if (counts.bins() != 2) {
      throw new IllegalArgumentException(
          "reference has "
              + counts.bins()
              + " bins: a difference of shares needs two, misses and hits");
    }
    return counts;
  }

  /**
   * Tests the shares of hits in two samples.
   *
   * @param reference two counts: misses, hits
   * @param current two counts: misses, hits
   * @return z, with the sign of {@code q - p}, and the two-sided p-value
   * @throws IllegalArgumentException if there are not two counts each, one is negative or a sample
   *     counts no rows
   */
  public TestResult test(long[] reference, long[] current) {
    Counts counts = counts(reference, current);
    double z = z(difference(counts), counts);
    return TestResult.of(
        z,
        isExact(counts)
            ? EXACT.test(reference, current).pValue()
            : Math.min(1, 2 * Normal.survival(Math.abs(z))));
  }

  private boolean isExact(Counts counts) {
    return switch (method) {
      case ASYMPTOTIC -> false;
      case EXACT -> true;
      case AUTO -> new FixedMargins(counts).smallestExpected() < ChiSquare.MANY_EXPECTED;
    };
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
}
