package io.mlops4j.monitor.performance.task;

import io.mlops4j.monitor.performance.Metric;
import java.util.function.DoubleBinaryOperator;

/** The mean of a value that the application computes from each prediction and its label. */
final class BusinessFigure {
  private BusinessFigure() {}

  /**
   * The mean with its standard error; rows whose value is NaN or without an answer are left out.
   */
  static Metric of(PerformanceTask<?> task, DoubleBinaryOperator figure, LabelledRows rows) {
    double mean = 0;
    double squares = 0;
    long n = 0;
    try {
      for (int row = 0; row < rows.size(); row++) {
        double value = value(task, figure, rows, row);
        if (!Double.isNaN(value)) {
          n++;
          double before = value - mean;
          mean += before / n; // Welford's mean and sum of squares
          squares += before * (value - mean);
        }
      }
    } catch (RuntimeException | Error e) { // all other figures must not fail with it
      return new Metric.Undefined("the figure's function failed: " + e);
    }
    if (n == 0) {
      return new Metric.Undefined("no labelled row has a value");
    }
    if (!Double.isFinite(mean) || Double.isNaN(squares)) {
      return new Metric.Undefined("a value is infinite");
    }
    return new Metric.Value(
        mean, n == 1 ? Double.POSITIVE_INFINITY : Math.sqrt(squares / (n - 1) / n));
  }

  private static double value(
      PerformanceTask<?> task, DoubleBinaryOperator figure, LabelledRows rows, int row) {
    for (int i = 0; i < rows.width(); i++) {
      if (Double.isNaN(rows.value(row, i))) {
        return Double.NaN;
      }
    }
    return figure.applyAsDouble(task.prediction(rows, row), rows.label(row));
  }
}
