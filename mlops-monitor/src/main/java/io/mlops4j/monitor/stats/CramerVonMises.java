package io.mlops4j.monitor.stats;

import java.util.Objects;

/**
 * Two-sample Cramér-von Mises test: the mean squared difference of the distribution functions over
 * the pooled rows, {@code T = nm / (n + m)^2 sum (F1 - F2)^2}. It weighs the whole distribution,
 * while {@link KolmogorovSmirnov} looks at one place. Without ties it agrees with {@code
 * scipy.stats.cramervonmises_2samp}.
 *
 * <p><b>Ties.</b> At a value that several rows share, T takes the mean of the squared differences
 * just below and at the value. Equal samples then have T = 0. The p-value takes mean and variance
 * of T over all orders of the pooled rows with these ties, so it holds its level on whole numbers
 * and on counts too. <em>Trap:</em> SciPy's midranks do not. For two samples of one constant, 30
 * and 20 rows, they give p = 0.013; for 200 against 100 rows of a fair coin they always reject.
 * {@link #withMidranks()} reproduces them.
 *
 * <p><b>P-value.</b> {@link PValueMethod#AUTO} takes the exact distribution for samples without
 * ties of at most {@value #EXACT_LIMIT} rows each. Otherwise it takes the limiting distribution
 * after T is scaled to its mean and variance (Anderson, On the distribution of the two-sample
 * Cramér-von Mises criterion, 1962). The tail keeps its digits; SciPy's tail, a difference from 1,
 * is wrong in the first digit near 1e-9.
 *
 * <p><b>Binned.</b> From counts, the rows of a bin are tied, whatever treatment of ties was chosen.
 * {@link TestResult#errorBound()} bounds the difference from the T of the rows if those have no
 * ties.
 *
 * <p><b>Special values.</b> NaN is left out. Infinities count as largest and smallest values. Equal
 * samples and equal constants give T = 0 and p = 1.
 */
public final class CramerVonMises {
  /** The largest number of rows per sample for which {@link PValueMethod#AUTO} is exact. */
  public static final int EXACT_LIMIT = 20;

  private static final CramerVonMises DEFAULTS = new CramerVonMises(PValueMethod.AUTO, false);

  private final PValueMethod method;
  private final boolean midranks;

  private CramerVonMises(PValueMethod method, boolean midranks) {
    this.method = method;
    this.midranks = midranks;
  }

  /** {@return the test with {@link PValueMethod#AUTO} that averages at ties} */
  public static CramerVonMises withDefaults() {
    return DEFAULTS;
  }

  /**
   * Returns the same test with another p-value method.
   *
   * @param pValueMethod how the p-value is computed; {@link PValueMethod#EXACT} falls back to the
   *     limiting distribution for averaged ties, and rejects samples whose exact distribution has
   *     too many values
   * @return a changed copy
   */
  public CramerVonMises with(PValueMethod pValueMethod) {
    return new CramerVonMises(Objects.requireNonNull(pValueMethod, "pValueMethod"), midranks);
  }

  /**
   * Returns the same test in which all rows of a value have its mean rank, like in SciPy. The level
   * does not hold for samples with ties of different sizes, and equal samples have a statistic
   * above 0.
   *
   * @return a changed copy
   */
  public CramerVonMises withMidranks() {
    return new CramerVonMises(method, true);
  }

  /**
   * Tests two samples.
   *
   * @param reference values in any order, at least one that is not NaN
   * @param current values in any order, at least one that is not NaN
   * @return T, p-value, error bound 0
   * @throws IllegalArgumentException if a sample holds no value, or if its exact distribution was
   *     requested and cannot be computed
   */
  public TestResult test(double[] reference, double[] current) {
    TiedRuns runs = TiedRuns.of(Sample.of(reference, "reference"), Sample.of(current, "current"));
    if (midranks) {
      double statistic = runs.cramerVonMisesByMidranks();
      return Outcome.ofBins(
          statistic,
          isExact(runs)
              ? CramerVonMisesDistribution.exact(runs.stepsByMidranks(), runs)
              : CramerVonMisesDistribution.untied(statistic, runs),
          0);
    }
    double statistic = runs.cramerVonMises();
    if (statistic == 0) {
      return Outcome.ofBins(0, 1, 0);
    }
    return Outcome.ofBins(
        statistic,
        isExact(runs) && runs.areSingle()
            ? CramerVonMisesDistribution.exact(runs.steps(), runs)
            : CramerVonMisesDistribution.tied(statistic, runs),
        0);
  }

  /**
   * Tests two samples that were counted in shared bins.
   *
   * @param reference counts per bin, bins in ascending order
   * @param current counts in the same bins
   * @return T with the rows of a bin tied, its p-value, and the largest difference from the T of
   *     the rows
   * @throws IllegalArgumentException if the lengths differ, a count is negative or a sample counts
   *     no rows
   */
  public TestResult test(long[] reference, long[] current) {
    TiedRuns runs = TiedRuns.of(Counts.of(reference, current));
    double statistic = runs.cramerVonMises();
    double pValue = statistic == 0 ? 1 : CramerVonMisesDistribution.tied(statistic, runs);
    return Outcome.ofBins(statistic, pValue, runs.cramerVonMisesBound(statistic));
  }

  private boolean isExact(TiedRuns runs) {
    return switch (method) {
      case AUTO -> Math.max(runs.reference(), runs.current()) <= EXACT_LIMIT;
      case EXACT -> true;
      case ASYMPTOTIC -> false;
    };
  }
}
