package io.mlops4j.monitor.performance;

import java.util.Arrays;

/** Means of rows with their standard errors. */
final class Averages {
  private Averages() {}

  static double mean(double[] values) {
    return Arrays.stream(values).sum() / values.length;
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
    return new Metric.Value(mean(values), standardError(values));
  }
}
