package io.mlops4j.monitor.stats;

import java.util.Objects;
import org.apache.commons.statistics.inference.ContinuityCorrection;
import org.apache.commons.statistics.inference.MannWhitneyUTest;

/**
 * Mann-Whitney U test, two-sided. U counts the pairs in which the reference's value is above the
 * current one; ties count half. The test detects a shift of location and not a change of spread
 * alone. Agrees with {@code scipy.stats.mannwhitneyu}.
 *
 * <p><b>P-value.</b> {@link PValueMethod#AUTO} is exact for samples without ties of at most {@value
 * #EXACT_LIMIT} rows each. Otherwise it takes the normal distribution with tie correction and,
 * unless switched off, continuity correction. The test is two-sided on purpose: a one-sided test
 * gives p = 1 for a shift in the other direction. Computed by Commons Statistics.
 *
 * <p>NaN is left out. -0.0 and 0.0 are a tie. Infinities count as largest and smallest values. If
 * all values of both samples are equal, U is half of all pairs and p = 1.
 */
public final class MannWhitney {
  /** The largest number of rows per sample for which {@link PValueMethod#AUTO} is exact. */
  public static final int EXACT_LIMIT = 50;

  private static final MannWhitney DEFAULTS = new MannWhitney(PValueMethod.AUTO, true);

  private final PValueMethod method;
  private final boolean continuity;

  private MannWhitney(PValueMethod method, boolean continuity) {
    this.method = method;
    this.continuity = continuity;
  }

  /**
   * {@return the test with the p-value method {@link PValueMethod#AUTO} and continuity correction}
   */
  public static MannWhitney withDefaults() {
    return DEFAULTS;
  }

  /**
   * Returns the same test with another p-value method.
   *
   * @param pValueMethod how the p-value is computed; {@link PValueMethod#EXACT} falls back to the
   *     normal distribution if there are ties
   * @return a changed copy
   */
  public MannWhitney with(PValueMethod pValueMethod) {
    return new MannWhitney(Objects.requireNonNull(pValueMethod, "pValueMethod"), continuity);
  }

  /**
   * Returns the same test with or without continuity correction of the normal distribution.
   *
   * @param correct whether to move U by 0.5 towards its mean
   * @return a changed copy
   */
  public MannWhitney withContinuityCorrection(boolean correct) {
    return new MannWhitney(method, correct);
  }

  /**
   * Tests two samples.
   *
   * @param reference values in any order, at least one that is not NaN
   * @param current values in any order, at least one that is not NaN
   * @return U of the reference and the two-sided p-value
   * @throws IllegalArgumentException if a sample holds no value
   */
  public Result test(double[] reference, double[] current) {
    Sample first = Sample.of(reference, "reference");
    Sample second = Sample.of(current, "current");
    if (first.isConstant() && second.isConstant() && first.get(0) == second.get(0)) {
      return new Result(first.size() * (double) second.size() / 2, 1);
    }
    boolean few = Math.max(first.size(), second.size()) <= EXACT_LIMIT;
    var result = commonsTest(few).test(first.toArray(), second.toArray());
    return new Result(result.getStatistic(), result.getPValue());
  }

  /**
   * Chooses the method here, because the automatic choice of Commons is exact below 50 rows only.
   */
  private MannWhitneyUTest commonsTest(boolean few) {
    return MannWhitneyUTest.withDefaults()
        .with(continuity ? ContinuityCorrection.ENABLED : ContinuityCorrection.DISABLED)
        .with(
            switch (method) {
              case AUTO ->
                  few
                      ? org.apache.commons.statistics.inference.PValueMethod.EXACT
                      : org.apache.commons.statistics.inference.PValueMethod.ASYMPTOTIC;
              case EXACT -> org.apache.commons.statistics.inference.PValueMethod.EXACT;
              case ASYMPTOTIC -> org.apache.commons.statistics.inference.PValueMethod.ASYMPTOTIC;
            });
  }

  /**
   * The result of the test.
   *
   * @param statistic U of the reference: the number of pairs in which it has the larger value
   * @param pValue the two-sided p-value
   */
  public record Result(double statistic, double pValue) implements TestResult {}
}
