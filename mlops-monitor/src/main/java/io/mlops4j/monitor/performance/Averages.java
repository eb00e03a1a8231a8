package io.mlops4j.monitor.performance;

import java.util.Arrays;

/** Means of rows with their standard errors. */
final class Averages {
  static final Metric BEYOND = new Metric.Undefined("the value is beyond the range of a double");

  private Averages() {}

  /** Finite where all values are: their sum may overflow, their mean does not. */
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
   * The mean of at least one value, all of them in units of a power of two.
   *
   * @param exponent of the unit: 3 where the values are eighths of what they stand for
   */
  static Metric metric(double[] values, int exponent) {
    int own = exponent(values);
    double[] scaled = Arrays.stream(values).map(x -> Math.scalb(x, -own)).toArray();
    double mean = Math.scalb(mean(scaled), own + exponent);
    return Double.isFinite(mean)
        ? new Metric.Value(mean, Math.scalb(standardError(scaled), own + exponent))
        : BEYOND;
  }

  /** Of the value furthest from 0; values over 2 to this power have squares in range. */
  static int exponent(double[] values) {
    double furthest = Arrays.stream(values).map(Math::abs).max().orElse(0);
    return furthest == 0 || !Double.isFinite(furthest) ? 0 : Math.getExponent(furthest);
  }
}
