package io.mlops4j.monitor.stats;

import java.util.Arrays;
import java.util.Objects;

/**
 * Fisher's combination of the p-values of independent tests of one hypothesis, for example of one
 * feature on several days: {@code -2 sum ln p}, chi-square with 2 k degrees of freedom (Fisher
 * 1925). One tiny p-value is enough to reject. To decide which of many hypotheses to reject, use
 * {@link PValueAdjustment}. Tests of the same rows, such as the tests of several features, are not
 * independent and reject too often. Agrees with {@code scipy.stats.combine_pvalues}.
 *
 * <p>A p-value of 0 makes the statistic infinite and the combined p-value 0.
 */
public final class PValueCombination {
  private static final PValueCombination DEFAULTS = new PValueCombination();

  private PValueCombination() {}

  /** {@return Fisher's combination, which has no options} */
  public static PValueCombination withDefaults() {
    return DEFAULTS;
  }

  /**
   * Combines p-values.
   *
   * @param pValues at least one, each in [0, 1], in any order
   * @return the statistic and the combined p-value
   * @throws IllegalArgumentException if there is none, or one is NaN or out of range
   */
  public Result test(double... pValues) {
    Objects.requireNonNull(pValues, "pValues");
    if (pValues.length == 0 || !Arrays.stream(pValues).allMatch(p -> p >= 0 && p <= 1)) {
      throw new IllegalArgumentException(
          "pValues holds %s values, of which %s are out of range: at least one is needed, and all in [0, 1]"
              .formatted(
                  pValues.length, Arrays.stream(pValues).filter(p -> !(p >= 0 && p <= 1)).count()));
    }
    double statistic = -2 * Arrays.stream(pValues).map(Math::log).sum();
    // + 0.0: minus twice zero is -0.0
    return new Result(
        statistic + 0.0, ChiSquareTail.of(statistic, Math.multiplyExact(2, pValues.length)));
  }

  /**
   * The result of the combination.
   *
   * @param statistic 0 or more
   * @param pValue upper tail of chi-square
   */
  public record Result(double statistic, double pValue) implements TestResult {}
}
