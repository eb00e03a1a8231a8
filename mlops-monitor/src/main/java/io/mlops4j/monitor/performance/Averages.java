package io.mlops4j.monitor.performance;

import java.util.Arrays;

/** Means over rows, with their standard errors. */
final class Averages {
  static final Metric BEYOND = new Metric.Undefined("the value is beyond the range of a double");

  private Averages() {}

  /** Keeps a probability 2<sup>-52</sup> away from 0 and 1, so that its logarithm is finite. */
  static double clipped(double probability) {
    return Math.max(Math.ulp(1.0), Math.min(1 - Math.ulp(1.0), probability));
  }

  /**
   * The result is finite if all values are, because their mean does not overflow even if their sum
   * does.
   */
  static double mean(double[] values) {
    double sum = Arrays.stream(values).sum();
    return Double.isInfinite(sum)
        ? Arrays.stream(values).map(x -> x / values.length).sum()
        : sum / values.length;
  }

  /** Variance with divisor n - 1; infinite for a single value. */
  static double variance(double[] values) {
    if (values.length == 1) {
      return Double.POSITIVE_INFINITY;
    }
    double mean = mean(values);
    return Arrays.stream(values).map(x -> (x - mean) * (x - mean)).sum() / (values.length - 1);
  }

  static double standardError(double[] values) {
    return Math.sqrt(variance(values) / values.length);
  }

  /** The mean of at least one value. */
  static Metric metric(double[] values) {
    return metric(values, 0);
  }

  /**
   * The mean of at least one value, all in units of a power of two.
   *
   * @param exponent exponent of the unit: 3 if the values are eighths of what they stand for
   */
  static Metric metric(double[] values, int exponent) {
    int own = exponent(values);
    double[] scaled = Arrays.stream(values).map(x -> Math.scalb(x, -own)).toArray();
    double mean = Math.scalb(mean(scaled), own + exponent);
    return Double.isFinite(mean)
        ? new Metric.Value(mean, Math.scalb(standardError(scaled), own + exponent))
        : BEYOND;
  }

  /**
   * Returns the exponent of the value furthest from 0. Values divided by 2 to this power have
   * squares that do not overflow.
   */
  static int exponent(double[] values) {
    double furthest = Arrays.stream(values).map(Math::abs).max().orElse(0);
    return furthest == 0 || !Double.isFinite(furthest) ? 0 : Math.getExponent(furthest);
  }

  /**
   * Returns the difference of the figures of two independent samples. Reasons contain the samples'
   * names.
   */
  static Metric difference(String name, Metric figure, String otherName, Metric other) {
    if (figure instanceof Metric.Undefined u) {
      return new Metric.Undefined(name + ": " + u.reason());
    }
    if (other instanceof Metric.Undefined u) {
      return new Metric.Undefined(otherName + ": " + u.reason());
    }
    Metric.Value one = (Metric.Value) figure;
    Metric.Value two = (Metric.Value) other;
    return new Metric.Value(
        one.value() - two.value(), Math.hypot(one.standardError(), two.standardError()));
  }
}
