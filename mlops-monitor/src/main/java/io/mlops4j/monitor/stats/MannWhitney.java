package io.mlops4j.monitor.stats;

import io.mlops4j.monitor.distribution.Normal;
import java.util.Objects;

/**
 * Mann-Whitney U test, two-sided. U counts the pairs in which the reference's value is above the
 * current one; ties count half. The test detects a shift of location and not a change of spread
 * alone. Agrees with {@code scipy.stats.mannwhitneyu}.
 *
 * <p><b>P-value.</b> {@link PValueMethod#AUTO} is exact for samples without ties of at most {@value
 * #EXACT_LIMIT} rows each. Otherwise it takes the normal distribution with tie correction and,
 * unless switched off, continuity correction. The test is two-sided on purpose: a one-sided test
 * gives p = 1 for a shift in the other direction.
 *
 * <p>NaN is left out. -0.0 and 0.0 are a tie. Infinities count as largest and smallest values. If
 * all values of both samples are equal, U is half of all pairs and p = 1.
 */
public final class MannWhitney {
  /** The largest number of rows per sample for which {@link PValueMethod#AUTO} is exact. */
  public static final int EXACT_LIMIT = 50;

  /** Seconds, and some hundred megabytes. */
  private static final double MOST_STEPS = 0x1p32;

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
   *     normal distribution if there are ties, or if the product of both sizes and of U, counted
   *     from its nearer end, exceeds 2<sup>32</sup>: about 300 rows each for U near its middle
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
  public TestResult test(double[] reference, double[] current) {
    Sample first = Sample.of(reference, "reference");
    Sample second = Sample.of(current, "current");
    if (first.isConstant() && second.isConstant() && first.get(0) == second.get(0)) {
      return TestResult.of(first.size() * (double) second.size() / 2, 1);
    }
    TiedRuns runs = TiedRuns.of(first, second);
    double u = runs.mannWhitney();
    return TestResult.of(
        u,
        isExact(runs)
            ? RankSums.atLeastAsFar((long) u, first.size(), second.size())
            : normal(u, runs));
  }

  private boolean isExact(TiedRuns runs) {
    double larger = Math.max(runs.reference(), runs.current());
    return switch (method) {
      case AUTO -> larger <= EXACT_LIMIT && runs.areSingle();
      case EXACT ->
          runs.areSingle()
              && RankSums.steps(runs.mannWhitney(), runs.reference(), runs.current()) <= MOST_STEPS;
      case ASYMPTOTIC -> false;
    };
  }

  private double normal(double u, TiedRuns runs) {
    double rows = runs.rows();
    double pairs = runs.reference() * runs.current();
    double variance = pairs / 12 * (rows + 1 - runs.tieCorrection() / rows / (rows - 1));
    double distance = Math.abs(u - pairs / 2);
    double corrected = continuity && distance > 0 ? distance - 0.5 : distance;
    return Math.min(1, 2 * Normal.survival(corrected / Math.sqrt(variance)));
  }
}
