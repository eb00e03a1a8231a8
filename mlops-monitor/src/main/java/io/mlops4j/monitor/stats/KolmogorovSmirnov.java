package io.mlops4j.monitor.stats;

import java.util.Objects;
import java.util.function.Function;

/**
 * Two-sample Kolmogorov-Smirnov test, two-sided: {@code D = max |F1(x) - F2(x)|} over all x, with
 * the right-continuous empirical distribution functions F1 and F2, so that ties are counted
 * correctly. Agrees with {@code scipy.stats.ks_2samp}, methods {@code exact} and {@code asymp}.
 *
 * <p><b>P-value.</b> {@link PValueMethod#AUTO} takes the exact distribution if both samples have at
 * most {@value #EXACT_LIMIT} rows. For larger samples it takes {@code p = P(D_N >= D)} of the
 * one-sample statistic with {@code N = round(nm / (n + m))}. Both assume a continuous distribution;
 * with ties the p-value is too large, never too small.
 *
 * <p><b>Binned.</b> From counts, D is taken over the edges of the bins. It is at most the D of the
 * rows, and below it by at most the largest share that either sample has in one bin ({@link
 * TestResult#errorBound()}). For bins with a single value it is exact. The p-value is never too
 * small.
 *
 * <p><b>Cost.</b> Sorting. The exact p-value of two samples of different sizes near 10 000 rows
 * takes up to a few hundred milliseconds if D is large; choose {@link PValueMethod#ASYMPTOTIC} if
 * that matters.
 *
 * <p><b>Special values.</b> NaN is left out. Infinities count as largest and smallest values. Equal
 * samples and equal constants give D = 0 and p = 1.
 */
public final class KolmogorovSmirnov {
  /** The largest number of rows per sample for which {@link PValueMethod#AUTO} is exact. */
  public static final int EXACT_LIMIT = 10_000;

  private static final KolmogorovSmirnov DEFAULTS = new KolmogorovSmirnov(PValueMethod.AUTO);

  private final PValueMethod method;

  private KolmogorovSmirnov(PValueMethod method) {
    this.method = method;
  }

  /** {@return the two-sided test with the p-value method {@link PValueMethod#AUTO}} */
  public static KolmogorovSmirnov withDefaults() {
    return DEFAULTS;
  }

  /**
   * Returns the same test with another p-value method.
   *
   * @param pValueMethod how the p-value is computed; {@link PValueMethod#EXACT} rejects samples of
   *     more than 2<sup>31</sup> - 1 rows and takes time proportional to {@code n m D}
   * @return a changed copy
   */
  public KolmogorovSmirnov with(PValueMethod pValueMethod) {
    return new KolmogorovSmirnov(Objects.requireNonNull(pValueMethod, "pValueMethod"));
  }

  /**
   * Computes D of two samples.
   *
   * @param reference values in any order, at least one that is not NaN
   * @param current values in any order, at least one that is not NaN
   * @return D in [0, 1]
   * @throws IllegalArgumentException if a sample holds no value
   */
  public double statistic(double[] reference, double[] current) {
    return StepDifference.largest(Sample.of(reference, "reference"), Sample.of(current, "current"));
  }

  /**
   * Computes D over the edges of shared bins.
   *
   * @param reference counts per bin, bins in ascending order
   * @param current counts in the same bins
   * @return D in [0, 1], a lower bound of the D of the rows
   * @throws IllegalArgumentException if the lengths differ, a count is negative or a sample counts
   *     no rows
   */
  public double statistic(long[] reference, long[] current) {
    return StepDifference.largest(Counts.of(reference, current));
  }

  /**
   * Tests two samples.
   *
   * @param reference values in any order, at least one that is not NaN
   * @param current values in any order, at least one that is not NaN
   * @return D, p-value, error bound 0
   * @throws IllegalArgumentException if a sample holds no value
   */
  public TestResult test(double[] reference, double[] current) {
    Sample first = Sample.of(reference, "reference");
    Sample second = Sample.of(current, "current");
    double d = StepDifference.largest(first, second);
    return Outcome.ofBins(d, pValue(d, first.size(), second.size()), 0);
  }

  /**
   * Tests two samples that were counted in shared bins.
   *
   * @param reference counts per bin, bins in ascending order
   * @param current counts in the same bins
   * @return D over the edges, its p-value, and the largest excess of the D of the rows
   * @throws IllegalArgumentException if the lengths differ, a count is negative or a sample counts
   *     no rows
   */
  public TestResult test(long[] reference, long[] current) {
    Counts counts = Counts.of(reference, current);
    double d = StepDifference.largest(counts);
    double bound = Math.min(1 - d, counts.largestShare());
    return Outcome.ofBins(d, pValue(d, counts.referenceRows(), counts.currentRows()), bound);
  }

  /**
   * Sorts a reference once for many tests against it, which then sort nothing.
   *
   * @param reference values in any order, at least one that is not NaN; copied
   * @return tests a sample against that reference, with the same result and exceptions as {@link
   *     #test(double[], double[])}; immutable and thread safe
   * @throws IllegalArgumentException if the reference holds no value
   */
  public Function<double[], TestResult> against(double[] reference) {
    RankedSample ranked = new RankedSample(Sample.of(reference, "reference"));
    return current -> {
      int[] counts = new int[ranked.places()];
      int present = ranked.count(Objects.requireNonNull(current, "current"), counts);
      Sample.checkPresent(present, current, "current");
      double d = ranked.largest(counts, present);
      return Outcome.ofBins(d, pValue(d, ranked.size(), present), 0);
    };
  }

  private double pValue(double d, long n, long m) {
    boolean exact =
        switch (method) {
          case AUTO -> Math.max(n, m) <= EXACT_LIMIT;
          case EXACT -> true;
          case ASYMPTOTIC -> false;
        };
    return exact
        ? KolmogorovDistribution.twoSampleSurvival(d, Math.toIntExact(n), Math.toIntExact(m))
        : KolmogorovDistribution.survival(d, effectiveRows(n, m));
  }

  private static int effectiveRows(long n, long m) {
    double rows = (double) n * m / ((double) n + m);
    return (int) Math.min(Integer.MAX_VALUE, Math.rint(rows));
  }
}
