package io.mlops4j.monitor.stats;

import java.util.Objects;

/**
 * Two-sample Cramér-von Mises test: the mean squared difference of the distribution functions over
 * the pooled rows, {@code T = nm / (n + m)^2 sum (F1 - F2)^2}. It weighs all of the distribution
 * where {@link KolmogorovSmirnov} looks at one place. Without ties it agrees with {@code
 * scipy.stats.cramervonmises_2samp}.
 *
 * <p><b>Ties.</b> {@link Ties#AVERAGED} takes, at a value that several rows share, the mean of the
 * squared differences just below and at the value. Equal samples then have T = 0, and the p-value
 * takes mean and variance of T from the ties at hand (those of all orders of the pooled rows), so
 * that it holds its level on whole numbers and on counts too. <em>Trap:</em> SciPy's midranks do
 * not: of two samples of one constant, 30 and 20 rows, they say p = 0.013, and for 200 against 100
 * rows of a fair coin they always reject. {@link Ties#MIDRANKS} is there to reproduce them.
 *
 * <p><b>P-value.</b> {@link PValueMethod#AUTO} takes the exact distribution of samples without ties
 * of at most {@value #EXACT_LIMIT} rows each, otherwise the limiting distribution after T was
 * brought to its mean and variance (Anderson, On the distribution of the two-sample Cramér-von
 * Mises criterion, 1962). The tail keeps its digits; SciPy's, a difference from 1, is wrong in the
 * first digit near 1e-9.
 *
 * <p><b>Binned.</b> From counts, the rows of a bin are tied, whatever was chosen for ties. {@link
 * Result#errorBound()} says how far T can be from that of the rows if those have no ties.
 *
 * <p><b>Special values.</b> NaN is left out; infinities count as largest and smallest values; equal
 * samples and equal constants give T = 0 and p = 1. Commons Statistics has no such test.
 */
public final class CramerVonMises {
  /** The most rows per sample for which {@link PValueMethod#AUTO} is exact. */
  public static final int EXACT_LIMIT = 20;

  private static final CramerVonMises DEFAULTS =
      new CramerVonMises(PValueMethod.AUTO, Ties.AVERAGED);

  private final PValueMethod method;
  private final Ties ties;

  private CramerVonMises(PValueMethod method, Ties ties) {
    this.method = method;
    this.ties = ties;
  }

  /**
   * The test with {@link PValueMethod#AUTO} and {@link Ties#AVERAGED}.
   *
   * @return the test
   */
  public static CramerVonMises withDefaults() {
    return DEFAULTS;
  }

  /**
   * The same test with another p-value method.
   *
   * @param pValueMethod how the p-value is computed; {@link PValueMethod#EXACT} falls back to the
   *     limiting distribution where averaged ties are, and refuses samples whose exact distribution
   *     has too many values to be computed
   * @return a test of its own
   */
  public CramerVonMises with(PValueMethod pValueMethod) {
    return new CramerVonMises(Objects.requireNonNull(pValueMethod, "pValueMethod"), ties);
  }

  /**
   * The same test with another treatment of ties.
   *
   * @param treatment how equal values count
   * @return a test of its own
   */
  public CramerVonMises with(Ties treatment) {
    return new CramerVonMises(method, Objects.requireNonNull(treatment, "treatment"));
  }

  /**
   * Tests two samples.
   *
   * @param reference values in any order, at least one that is not NaN
   * @param current values in any order, at least one that is not NaN
   * @return T, p-value, error bound 0
   * @throws IllegalArgumentException when a sample holds no value, or its exact distribution was
   *     asked for and cannot be computed
   */
  public Result test(double[] reference, double[] current) {
    TiedRuns runs = TiedRuns.of(Sample.of(reference, "reference"), Sample.of(current, "current"));
    if (ties == Ties.MIDRANKS) {
      double statistic = runs.cramerVonMisesByMidranks();
      return new Result(
          statistic,
          isExact(runs)
              ? CramerVonMisesDistribution.exact(runs.stepsByMidranks(), runs)
              : CramerVonMisesDistribution.untied(statistic, runs),
          0);
    }
    double statistic = runs.cramerVonMises();
    if (statistic == 0) {
      return new Result(0, 1, 0);
    }
    return new Result(
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
   * @return T with the rows of a bin tied, its p-value, and by how much the T of the rows can
   *     differ
   * @throws IllegalArgumentException when the lengths differ, a count is negative or a sample
   *     counts no rows
   */
  public Result test(long[] reference, long[] current) {
    TiedRuns runs = TiedRuns.of(Counts.of(reference, current));
    double statistic = runs.cramerVonMises();
    double pValue = statistic == 0 ? 1 : CramerVonMisesDistribution.tied(statistic, runs);
    return new Result(statistic, pValue, runs.cramerVonMisesBound(statistic));
  }

  private boolean isExact(TiedRuns runs) {
    return switch (method) {
      case AUTO -> Math.max(runs.reference(), runs.current()) <= EXACT_LIMIT;
      case EXACT -> true;
      case ASYMPTOTIC -> false;
    };
  }

  /** How equal values count. */
  public enum Ties {
    /** The mean of the squared differences just below and at the value. */
    AVERAGED,
    /**
     * All rows of a value have its mean rank, as in SciPy; the level does not hold where samples
     * with ties differ in size, and equal samples have a statistic above 0.
     */
    MIDRANKS
  }

  /**
   * The answer of the test.
   *
   * @param statistic T, 0 or more
   * @param pValue upper tail of T
   * @param errorBound by how much the T of rows without ties can differ from {@code statistic}; 0
   *     when computed from rows
   */
  public record Result(double statistic, double pValue, double errorBound) implements TestResult {}
}
