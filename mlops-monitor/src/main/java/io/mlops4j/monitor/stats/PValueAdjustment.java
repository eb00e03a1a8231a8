package io.mlops4j.monitor.stats;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * Adjusts the p-values of many tests at once. An adjusted p-value is the smallest level at which
 * its hypothesis is rejected if all tests are judged together. Adjusted values are at most 1 and
 * keep the order of the raw ones; equal raw values stay equal. Agrees with {@code
 * scipy.stats.false_discovery_control} and with the textbook formulas.
 */
public enum PValueAdjustment {
  /**
   * {@code p (k / rank)}: bounds the expected share of false alarms among all alarms, for
   * independent or positively dependent tests (Benjamini and Hochberg 1995).
   */
  BENJAMINI_HOCHBERG {
    @Override
    double factor(int rank, int tests) {
      return (double) tests / rank;
    }
  },
  /**
   * The same under any dependence: {@code 1 + 1/2 + ... + 1/k} times stricter (Benjamini and
   * Yekutieli 2001).
   */
  BENJAMINI_YEKUTIELI {
    @Override
    double factor(int rank, int tests) {
      return harmonic(tests) * tests / rank;
    }
  },
  /**
   * {@code p (k - rank + 1)}: bounds the probability of any false alarm, under any dependence (Holm
   * 1979).
   */
  HOLM {
    @Override
    double factor(int rank, int tests) {
      return tests - rank + 1.0;
    }

    @Override
    double[] monotone(double[] ordered) {
      for (int i = 1; i < ordered.length; i++) {
        ordered[i] = Math.max(ordered[i], ordered[i - 1]);
      }
      return ordered;
    }
  },
  /** {@code p k}: like {@link #HOLM}, but simpler and weaker. */
  BONFERRONI {
    @Override
    double factor(int rank, int tests) {
      return tests;
    }
  };

  /**
   * Adjusts p-values.
   *
   * @param pValues one per test, in any order, each in [0, 1]; may be empty
   * @return the adjusted values in the same order
   * @throws IllegalArgumentException if a value is NaN or out of range; leave out tests that could
   *     not be made
   */
  public double[] adjust(double... pValues) {
    Objects.requireNonNull(pValues, "pValues");
    check(pValues);
    int[] order =
        IntStream.range(0, pValues.length)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> pValues[i]))
            .mapToInt(Integer::intValue)
            .toArray();
    double[] ordered = new double[order.length];
    for (int i = 0; i < order.length; i++) {
      ordered[i] = Math.min(1, pValues[order[i]] * factor(i + 1, order.length));
    }
    return inPlace(monotone(ordered), order);
  }

  /** The factor of the p-value of this rank (from 1, smallest first). */
  abstract double factor(int rank, int tests);

  /** Makes the adjusted values ascend like the raw ones. */
  double[] monotone(double[] ordered) {
    for (int i = ordered.length - 2; i >= 0; i--) {
      ordered[i] = Math.min(ordered[i], ordered[i + 1]);
    }
    return ordered;
  }

  private static double[] inPlace(double[] ordered, int[] order) {
    double[] adjusted = new double[order.length];
    for (int i = 0; i < order.length; i++) {
      adjusted[order[i]] = ordered[i];
    }
    return adjusted;
  }

  private static void check(double[] pValues) {
    for (int i = 0; i < pValues.length; i++) {
      if (!(pValues[i] >= 0 && pValues[i] <= 1)) {
        throw new IllegalArgumentException(
            "pValues[%s] = %s: a p-value lies in [0, 1]; leave out tests that could not be made"
                .formatted(i, pValues[i]));
      }
    }
  }

  private static double harmonic(int n) {
    double sum = 0;
    for (int i = n; i > 0; i--) {
      sum += 1.0 / i;
    }
    return sum;
  }

  /**
   * Combines the p-values of independent tests of one hypothesis, for example of one feature on
   * several days: {@code -2 sum ln p}, chi-square with 2 k degrees of freedom (Fisher 1925). One
   * tiny p-value is enough to reject. Tests of the same rows, such as the tests of several
   * features, are not independent and reject too often. Agrees with {@code
   * scipy.stats.combine_pvalues}.
   *
   * @param pValues at least one, each in [0, 1], in any order; 0 makes the statistic infinite and
   *     the combined p-value 0
   * @return the statistic and the combined p-value
   * @throws IllegalArgumentException if there is none, or one is NaN or out of range
   */
  public static TestResult combine(double... pValues) {
    Objects.requireNonNull(pValues, "pValues");
    if (pValues.length == 0 || !Arrays.stream(pValues).allMatch(p -> p >= 0 && p <= 1)) {
      throw new IllegalArgumentException(
          "pValues holds %s values, of which %s are out of range: at least one is needed, and all in [0, 1]"
              .formatted(
                  pValues.length, Arrays.stream(pValues).filter(p -> !(p >= 0 && p <= 1)).count()));
    }
    double statistic = -2 * Arrays.stream(pValues).map(Math::log).sum();
    // + 0.0: minus twice zero is -0.0
    return TestResult.of(
        statistic + 0.0, ChiSquareTail.of(statistic, Math.multiplyExact(2, pValues.length)));
  }
}
