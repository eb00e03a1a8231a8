package io.mlops4j.monitor.stats;

import java.util.Objects;
import org.apache.commons.statistics.inference.ContinuityCorrection;
import org.apache.commons.statistics.inference.MannWhitneyUTest;

/**
 * Mann-Whitney U test, two-sided: U counts the pairs in which the reference's value is above the
 * current one, ties counting half. It looks for a shift of location; a change of spread alone
 * escapes it. Agrees with {@code scipy.stats.mannwhitneyu}.
 *
 * <p><b>P-value.</b> {@link PValueMethod#AUTO} is exact for samples of at most {@value
 * #EXACT_LIMIT} rows each without ties, otherwise from the normal distribution with tie correction
 * and, unless switched off, continuity correction. Two-sided on purpose: a one-sided test answers p
 * = 1 to a shift in the other direction. Computed by Commons Statistics.
 *
 * <p>NaN is left out; -0.0 and 0.0 are a tie; infinities count as largest and smallest values; when
 * all values of both samples are equal, p = 1, as U is then half of all pairs.
 */
public final class MannWhitney {
  /** The most rows per sample for which {@link PValueMethod#AUTO} is exact. */
  public static final int EXACT_LIMIT = 50;

  private static final MannWhitney DEFAULTS = new MannWhitney(PValueMethod.AUTO, true);

  private final PValueMethod method;
  private final boolean continuity;

  private MannWhitney(PValueMethod method, boolean continuity) {
    this.method = method;
    this.continuity = continuity;
  }

  /**
   * The test with the p-value method {@link PValueMethod#AUTO} and continuity correction.
   *
   * @return the test
   */
  public static MannWhitney withDefaults() {
    return DEFAULTS;
  }

  /**
   * The same test with another p-value method.
   *
   * @param pValueMethod how the p-value is computed; {@link PValueMethod#EXACT} falls back to the
   *     normal distribution where there are ties
   * @return a test of its own
   */
  public MannWhitney with(PValueMethod pValueMethod) {
    return new MannWhitney(Objects.requireNonNull(pValueMethod, "pValueMethod"), continuity);
  }

  /**
   * The same test with or without continuity correction of the normal distribution.
   *
   * @param correct whether to move U by 0.5 towards its mean
   * @return a test of its own
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
   * @throws IllegalArgumentException when a sample holds no value
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

  /** Where Commons chooses by itself, it is exact for fewer than 50 rows only. */
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
   * The answer of the test.
   *
   * @param statistic U of the reference: pairs in which it has the larger value
   * @param pValue the two-sided p-value
   */
  public record Result(double statistic, double pValue) implements TestResult {}
}
