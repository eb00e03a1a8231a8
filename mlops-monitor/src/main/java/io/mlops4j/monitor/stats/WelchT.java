package io.mlops4j.monitor.stats;

import io.mlops4j.monitor.distribution.StudentT;

/**
 * Welch's t test of equal means, two-sided, for samples of unequal variance and size: {@code t =
 * (mean1 - mean2) / sqrt(v1/n + v2/m)} with the degrees of freedom of Welch and Satterthwaite,
 * which are not n + m - 2. Agrees with {@code scipy.stats.ttest_ind(equal_var=False)}.
 *
 * <p>NaN is left out. Infinite values are rejected, because they have no mean. Two constant samples
 * have no variance: equal constants give t = 0 and p = 1, different ones t infinite and p = 0, both
 * with one degree of freedom.
 */
public final class WelchT {
  private static final WelchT DEFAULTS = new WelchT();

  private WelchT() {}

  /** {@return the two-sided test} */
  public static WelchT withDefaults() {
    return DEFAULTS;
  }

  /**
   * Tests two samples.
   *
   * @param reference values in any order, at least two that are not NaN
   * @param current values in any order, at least two that are not NaN
   * @return t, positive when the reference's mean is the larger one, p-value and degrees of freedom
   * @throws IllegalArgumentException if a sample holds fewer than two values or an infinite one
   */
  public TestResult test(double[] reference, double[] current) {
    Sample first = measurable(reference, "reference");
    Sample second = measurable(current, "current");
    if (first.isConstant() && second.isConstant()) {
      return ofConstants(first, second);
    }
    Scaling scaling = Scaling.of(first, second);
    Moments one = Moments.of(first, scaling);
    Moments other = Moments.of(second, scaling);
    double error = one.squaredError() + other.squaredError();
    double t = (one.mean() - other.mean()) / Math.sqrt(error);
    double df = error * error / (one.perFreedom() + other.perFreedom());
    return Outcome.ofDegrees(t, 2 * StudentT.survival(Math.abs(t), df), df);
  }

  private record Moments(double mean, double variance, double size) {
    /** In two passes; the second one also corrects the mean for its rounding. */
    static Moments of(Sample sample, Scaling scaling) {
      int n = sample.size();
      double sum = 0;
      for (int i = 0; i < n; i++) {
        sum += scaling.of(sample.get(i));
      }
      double mean = sum / n;
      double rest = 0;
      double squares = 0;
      for (int i = 0; i < n; i++) {
        double deviation = scaling.of(sample.get(i)) - mean;
        rest += deviation;
        squares += deviation * deviation;
      }
      return new Moments(mean + rest / n, (squares - rest * rest / n) / (n - 1), n);
    }

    double squaredError() {
      return variance / size;
    }

    double perFreedom() {
      return squaredError() * squaredError() / (size - 1);
    }
  }

  /**
   * Moves and scales both samples alike, which changes neither t nor its degrees of freedom.
   * Otherwise values near 1e9 would lose the digits of their means, and squares of values near
   * 1e150 would overflow.
   */
  private record Scaling(double middle, int exponent) {
    static Scaling of(Sample first, Sample second) {
      double middle = first.get(first.size() / 2);
      double reach = Math.max(reach(first, middle), reach(second, middle));
      return new Scaling(middle, -Math.getExponent(reach));
    }

    private static double reach(Sample sample, double middle) {
      return Math.max(
          Math.abs(sample.get(0) - middle), Math.abs(sample.get(sample.size() - 1) - middle));
    }

    double of(double value) {
      return Math.scalb(value - middle, exponent);
    }
  }

  private static TestResult ofConstants(Sample first, Sample second) {
    int order = Double.compare(first.get(0) + 0.0, second.get(0) + 0.0);
    return order == 0
        ? Outcome.ofDegrees(0, 1, 1)
        : Outcome.ofDegrees(order * Double.POSITIVE_INFINITY, 0, 1);
  }

  private static Sample measurable(double[] values, String name) {
    Sample sample = Sample.of(values, name);
    if (sample.size() < 2) {
      throw new IllegalArgumentException(name + " holds 1 value: a variance needs at least two");
    }
    if (Double.isInfinite(sample.get(0)) || Double.isInfinite(sample.get(sample.size() - 1))) {
      throw new IllegalArgumentException(
          name
              + " holds an infinite value, which has no mean: leave it out or use a test by ranks");
    }
    return sample;
  }
}
