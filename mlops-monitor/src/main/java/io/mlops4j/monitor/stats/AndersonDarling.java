package io.mlops4j.monitor.stats;

import java.util.Arrays;
import java.util.Objects;
import java.util.function.IntToDoubleFunction;

/**
 * Two-sample Anderson-Darling test with midranks: a mean squared difference of the distribution
 * functions, weighted so that both tails count. Agrees with {@code
 * scipy.stats.anderson_ksamp([reference, current], midrank=True)}.
 *
 * <p><b>Statistic.</b> Let N be the rows of both samples. For each distinct pooled value let l be
 * the rows at the value and B = rows below + l/2. For a sample of n rows let M be its rows below
 * plus half of its rows at the value. Then {@code A2 = (N - 1)/N sum over samples of 1/n sum l/N (N
 * M - n B)^2 / (B (N - B) - N l / 4)}. The reported statistic is {@code (A2 - 1) / sigma}, with
 * sigma from Scholz and Stephens (K-sample Anderson-Darling tests, 1987). It is negative if the
 * samples are more alike than random variation makes them.
 *
 * <p><b>P-value.</b> A quadratic in the logarithm through their table of critical values. The table
 * ends at 0.25 and 0.001: a p-value of 0.25 means 0.25 or more, 0.001 means 0.001 or less. That
 * lower end is too high to survive a correction for hundreds of features.
 *
 * <p><b>Ties.</b> Ties are counted by midranks. The mean of A2 stays 1 with any ties, but its
 * deviation grows: from 0.76 to 1.41 for two distinct values. {@link PValueMethod#AUTO} therefore
 * looks up {@code (A2 - 1) / (sigma t)}, where t is the ratio of the limiting deviations with and
 * without the ties. With B and V = B (N - B) - N l / 4 as above and w = l / N, the limiting
 * variance is {@code 2 (sum w^2 + 2 sum over pairs of values r < s of w_r w_s B_r^2 (N - B_s)^2 /
 * (V_r V_s))}. <em>Trap:</em> SciPy looks up the statistic itself. With some ten distinct values, 6
 * to 7 % of its p-values are below 0.05, with two distinct values 11 %. {@link
 * PValueMethod#ASYMPTOTIC} reproduces this.
 *
 * <p>NaN is left out. Infinities are largest and smallest values. If all values of both samples are
 * equal, the statistic is 0 and p = 1.
 */
public final class AndersonDarling {
  private static final AndersonDarling DEFAULTS = new AndersonDarling(PValueMethod.AUTO);

  /** Upper quantiles of the standardised statistic of two samples, at {@link #LEVELS}. */
  private static final double[] CRITICAL = {0.325, 1.226, 1.961, 2.718, 3.752, 4.592, 6.546};

  private static final double[] LEVELS = {0.25, 0.1, 0.05, 0.025, 0.01, 0.005, 0.001};

  private final PValueMethod method;

  private AndersonDarling(PValueMethod method) {
    this.method = method;
  }

  /** {@return the two-sample test with {@link PValueMethod#AUTO}} */
  public static AndersonDarling withDefaults() {
    return DEFAULTS;
  }

  /**
   * Returns the same test with another p-value method.
   *
   * @param pValueMethod {@link PValueMethod#AUTO} takes ties into account; {@link
   *     PValueMethod#ASYMPTOTIC}, like SciPy, does not
   * @return a changed copy
   * @throws IllegalArgumentException for {@link PValueMethod#EXACT}, which this test does not have
   */
  public AndersonDarling with(PValueMethod pValueMethod) {
    if (Objects.requireNonNull(pValueMethod, "pValueMethod") == PValueMethod.EXACT) {
      throw new IllegalArgumentException(
          "pValueMethod = EXACT: Anderson-Darling has AUTO and ASYMPTOTIC p-values only");
    }
    return new AndersonDarling(pValueMethod);
  }

  /**
   * Tests two samples.
   *
   * @param reference values in any order, at least one that is not NaN
   * @param current values in any order, at least one that is not NaN
   * @return the standardised statistic and the p-value
   * @throws IllegalArgumentException if a sample holds no value, or both together fewer than four
   */
  public TestResult test(double[] reference, double[] current) {
    Sample first = Sample.of(reference, "reference");
    Sample second = Sample.of(current, "current");
    int rows = Math.addExact(first.size(), second.size());
    if (rows < 4) {
      throw new IllegalArgumentException(
          "reference and current hold " + rows + " values: the test needs at least four");
    }
    if (first.isConstant() && second.isConstant() && first.get(0) == second.get(0)) {
      return TestResult.of(0, 1);
    }
    double standardised =
        (distance(first, second) - 1) / Math.sqrt(variance(first.size(), second.size()));
    double ties = method == PValueMethod.AUTO ? spreadByTies(first, second) : 1;
    return TestResult.of(standardised, pValue(standardised / ties));
  }

  /** The ratio of the limiting deviations with and without the ties; exactly 1 without ties. */
  private static double spreadByTies(Sample first, Sample second) {
    int[] ties = ties(first, second);
    int rows = first.size() + second.size();
    return Math.sqrt(
        limitingVariance(ties.length, run -> ties[run], rows)
            / limitingVariance(rows, run -> 1, rows));
  }

  /** The rows of both samples at each distinct value, in ascending order. */
  private static int[] ties(Sample first, Sample second) {
    int[] ties = new int[first.size() + second.size()];
    int values = 0;
    int i = 0;
    int j = 0;
    while (i < first.size() || j < second.size()) {
      double value = lower(first, i, second, j);
      int nextI = first.skip(i, value);
      int nextJ = second.skip(j, value);
      ties[values++] = nextI - i + nextJ - j;
      i = nextI;
      j = nextJ;
    }
    return Arrays.copyOf(ties, values);
  }

  /** The lower of the values at two places, of which at most one is behind the last row. */
  private static double lower(Sample first, int i, Sample second, int j) {
    return j == second.size() || (i < first.size() && first.get(i) <= second.get(j))
        ? first.get(i)
        : second.get(j);
  }

  private static double limitingVariance(int runs, IntToDoubleFunction inRun, double rows) {
    double sum = 0;
    double below = 0;
    double lower = 0;
    for (int run = 0; run < runs; run++) {
      double ties = inRun.applyAsDouble(run);
      double middle = below + ties / 2;
      double scale = middle * (rows - middle) - rows * ties / 4;
      double weight = ties / rows;
      double upper = weight * square(rows - middle) / scale;
      sum += weight * weight + 2 * upper * lower;
      lower += weight * square(middle) / scale;
      below += ties;
    }
    return 2 * sum;
  }

  private static double distance(Sample first, Sample second) {
    double n = first.size();
    double m = second.size();
    double all = n + m;
    double sum = 0;
    int i = 0;
    int j = 0;
    while (i < n || j < m) {
      double value = lower(first, i, second, j);
      int nextI = first.skip(i, value);
      int nextJ = second.skip(j, value);
      double ties = (nextI - i) + (nextJ - j);
      double pooled = i + j + ties / 2;
      double weight = ties / all / (pooled * (all - pooled) - all * ties / 4);
      sum +=
          weight
              * (square(all * (i + nextI) / 2 - n * pooled) / n
                  + square(all * (j + nextJ) / 2 - m * pooled) / m);
      i = nextI;
      j = nextJ;
    }
    return sum * (all - 1) / all;
  }

  private static double square(double x) {
    return x * x;
  }

  /** Variance of the statistic of two samples (Scholz and Stephens, with k = 2). */
  private static double variance(int first, int second) {
    int rows = first + second;
    double reciprocals = 1.0 / first + 1.0 / second;
    double h = 1;
    double g = 0;
    double partial = 0;
    for (int i = 2; i < rows; i++) {
      h += 1.0 / i;
      partial += 1.0 / (rows + 1 - i);
      g += partial / i;
    }
    double a = 4 * g - 6 + (10 - 6 * g) * reciprocals;
    double b = 4 * (2 * g - 4) + 16 * h + (2 * g - 14 * h - 4) * reciprocals - 8 * h + 4 * g - 6;
    double c =
        4 * (6 * h + 2 * g - 2) + 2 * (4 * h - 4 * g + 6) + (2 * h - 6) * reciprocals + 4 * h;
    double d = 4 * (2 * h + 6) - 8 * h;
    double n = rows;
    return (((a * n + b) * n + c) * n + d) / ((n - 1) * (n - 2) * (n - 3));
  }

  private static double pValue(double standardised) {
    int last = CRITICAL.length - 1;
    if (standardised < CRITICAL[0]) {
      return LEVELS[0];
    }
    return standardised > CRITICAL[last] ? LEVELS[last] : Math.exp(LogLevel.at(standardised));
  }

  /**
   * The least-squares parabola through the logarithms of the levels, in polynomials orthogonal on
   * the critical values.
   */
  private static final class LogLevel {
    private LogLevel() {}

    static double at(double x) {
      double mean = Arrays.stream(CRITICAL).average().orElseThrow();
      double[] linear = Arrays.stream(CRITICAL).map(c -> c - mean).toArray();
      double skew = dot(linear, squares(linear)) / dot(linear, linear);
      double spread = dot(linear, linear) / CRITICAL.length;
      double[] quadratic = Arrays.stream(linear).map(c -> c * c - skew * c - spread).toArray();
      double[] logs = Arrays.stream(LEVELS).map(Math::log).toArray();
      double t = x - mean;
      return Arrays.stream(logs).average().orElseThrow()
          + dot(logs, linear) / dot(linear, linear) * t
          + dot(logs, quadratic) / dot(quadratic, quadratic) * (t * t - skew * t - spread);
    }

    private static double[] squares(double[] values) {
      return Arrays.stream(values).map(v -> v * v).toArray();
    }

    private static double dot(double[] a, double[] b) {
      double sum = 0;
      for (int i = 0; i < a.length; i++) {
        sum += a[i] * b[i];
      }
      return sum;
    }
  }
}
