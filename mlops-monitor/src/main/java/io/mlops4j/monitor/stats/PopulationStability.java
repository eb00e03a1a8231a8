package io.mlops4j.monitor.stats;

/**
 * Population stability index, {@code PSI = sum (q - p) ln(q / p)} over shared bins, with p the
 * reference's share of a bin and q the current share.
 *
 * <p><b>Empty bins.</b> Shares below a floor (default {@value #DEFAULT_FLOOR}) are raised to it,
 * without renormalising, so that an empty bin has a large but finite weight. A bin that is empty in
 * both samples adds nothing.
 *
 * <p><b>Bins.</b> Use quantiles of the <em>reference</em> ({@link QuantileBins}), ten by custom,
 * and keep them. Bins of equal width over the pooled data are a trap: a single outlier of a million
 * moves every other row into one bin and hides any drift.
 *
 * <p><b>Test.</b> If nothing drifted, {@code PSI / (1/n + 1/m)} is close to chi-square with B - 1
 * degrees of freedom, with B the bins used by either sample (Yurdakul and Naranjo, Statistical
 * properties of the population stability index, 2020). The usual bands ignore the sample sizes: at
 * n = m = 300 and ten bins, the bound 0.1 alone gives 9 % false alarms. If a bin is expected to
 * hold fewer than 100 rows of the smaller sample, the chi-square p-value is too small (at n = m =
 * 100 and ten bins, 7 to 8 % would be below 0.05). Then the p-value comes from the distribution of
 * the index over all ways to deal the pooled rows to the two samples, floor included. For two bins
 * these are all tables; for more, a gamma distribution with their mean, variance and skewness. For
 * bins cut at quantiles of a small reference the p-value is too large, never too small.
 *
 * <p>Equal shares give 0 and p = 1. A single bin gives 0 and p = 1.
 */
public final class PopulationStability {
  /** The default floor of a share. */
  public static final double DEFAULT_FLOOR = 1e-4;

  private static final PopulationStability DEFAULTS = new PopulationStability(DEFAULT_FLOOR, 0);

  private final double floor;
  private final double pseudoCount;

  private PopulationStability(double floor, double pseudoCount) {
    this.floor = floor;
    this.pseudoCount = pseudoCount;
  }

  /** {@return the index with the floor {@value #DEFAULT_FLOOR}} */
  public static PopulationStability withDefaults() {
    return DEFAULTS;
  }

  /**
   * Returns the index with another floor.
   *
   * @param share the smallest share of a bin, above 0 and below 1
   * @return a changed copy
   * @throws IllegalArgumentException if the share is out of range
   */
  public PopulationStability withFloor(double share) {
    if (!(share > 0 && share < 1)) {
      throw new IllegalArgumentException(
          "share = " + share + ": the floor of a share must lie between 0 and 1");
    }
    return new PopulationStability(share, 0);
  }

  /**
   * Returns the index with additive smoothing instead of the floor: {@code share = (count + a) /
   * (rows + a bins)}.
   *
   * @param a the amount that is added to the count of every bin, above 0; 0.5 by custom
   * @return a changed copy
   * @throws IllegalArgumentException if {@code a} is not above 0 or is infinite
   */
  public PopulationStability withPseudoCount(double a) {
    if (!(a > 0) || Double.isInfinite(a)) {
      throw new IllegalArgumentException(
          "a = " + a + ": a pseudo-count must be above 0 and finite");
    }
    return new PopulationStability(0, a);
  }

  /**
   * Computes the index.
   *
   * @param reference counts per bin, in any order of bins
   * @param current counts in the same bins
   * @return PSI, 0 or more
   * @throws IllegalArgumentException if the lengths differ, a count is negative or a sample counts
   *     no rows
   */
  public double statistic(long[] reference, long[] current) {
    return index(Counts.of(reference, current));
  }

  /**
   * Computes the index and tests it.
   *
   * @param reference counts per bin, in any order of bins
   * @param current counts in the same bins
   * @return PSI, its p-value, and as degrees of freedom the bins used by either sample, less one
   * @throws IllegalArgumentException if the lengths differ, a count is negative or a sample counts
   *     no rows
   */
  public TestResult test(long[] reference, long[] current) {
    Counts counts = Counts.of(reference, current);
    double index = index(counts);
    int degreesOfFreedom = counts.usedBins() - 1;
    return Outcome.ofDegrees(index, pValue(index, counts), degreesOfFreedom);
  }

  private double pValue(double index, Counts counts) {
    double scale = 1.0 / counts.referenceRows() + 1.0 / counts.currentRows();
    FixedMargins margins = new FixedMargins(counts);
    return index > 0 && margins.smallestExpected() < ChiSquare.MANY_EXPECTED
        ? margins.pValue(index, (a, b) -> term(a, b, counts))
        : ChiSquareTail.of(index / scale, counts.usedBins() - 1);
  }

  private double term(double reference, double current, Counts counts) {
    double p = share(reference, counts.referenceRows(), counts.bins());
    double q = share(current, counts.currentRows(), counts.bins());
    return (q - p) * Math.log(q / p);
  }

  private double index(Counts counts) {
    double sum = 0;
    for (int i = 0; i < counts.bins(); i++) {
      sum += term((double) counts.reference(i), (double) counts.current(i), counts);
    }
    return sum;
  }

  private double share(double count, long rows, int bins) {
    return Math.max(floor, (count + pseudoCount) / (rows + pseudoCount * bins));
  }

  /**
   * Names the customary band of an index, which ignores the number of rows.
   *
   * @param index 0 or more
   * @return {@code stable} below 0.1, {@code moderate} below 0.25, otherwise {@code major}
   */
  public static String band(double index) {
    return index < 0.1 ? "stable" : index < 0.25 ? "moderate" : "major";
  }
}
