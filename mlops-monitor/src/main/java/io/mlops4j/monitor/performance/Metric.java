package io.mlops4j.monitor.performance;

import io.mlops4j.monitor.distribution.Normal;
import io.mlops4j.monitor.internal.Figures;

/** A metric of a set of rows: a value with its sampling error, or the reason why there is none. */
public sealed interface Metric {

  /**
   * Returns the value, or a substitute if it is undefined. The substitute 0 for precision, recall
   * and F1 is scikit-learn's {@code zero_division=0}.
   *
   * @param substitute the value of an undefined metric
   * @return the value or the substitute
   */
  double orElse(double substitute);

  /**
   * A defined metric.
   *
   * @param value the value, never NaN
   * @param standardError standard error of the value under random sampling of independent rows, 0
   *     or more; infinite if there is only a single row. It is 0 for a perfect score: no error was
   *     seen, which does not mean that none will be
   */
  record Value(double value, double standardError) implements Metric {
    @Override
    public double orElse(double substitute) {
      return value;
    }

    /**
     * Returns the normal interval around the value, {@code value ± z standardError}. It may reach
     * beyond the range of the metric, and is wide where the metric is near the end of its range.
     *
     * @param confidence the share of samples whose interval holds the true value, strictly between
     *     0 and 1, for example 0.95
     * @return the interval; from minus infinity to infinity if the standard error is infinite
     * @throws IllegalArgumentException if the confidence is out of range
     */
    public Interval interval(double confidence) {
      if (!(confidence > 0 && confidence < 1)) {
        throw new IllegalArgumentException(
            "confidence = " + confidence + ": a confidence lies strictly between 0 and 1");
      }
      double half =
          standardError == 0 ? 0 : standardError * Normal.upperQuantile((1 - confidence) / 2);
      return new Interval(value - half, value + half);
    }

    /** {@return the value and its standard error for people, such as {@code 0.71 ± 0.006}} */
    @Override
    public String toString() {
      return Figures.of(value) + " ± " + Figures.of(standardError);
    }
  }

  /**
   * A range of values, both ends included.
   *
   * @param low the lower end, never NaN
   * @param high the upper end, never NaN
   */
  record Interval(double low, double high) {
    /**
     * Tells whether the interval holds a value.
     *
     * @param value any value
     * @return whether it lies in the interval; false for NaN
     */
    public boolean contains(double value) {
      return low <= value && value <= high;
    }
  }

  /**
   * A metric that these rows do not define.
   *
   * @param reason what is missing, for people
   */
  record Undefined(String reason) implements Metric {
    @Override
    public double orElse(double substitute) {
      return substitute;
    }

    /** {@return the reason} */
    @Override
    public String toString() {
      return reason;
    }
  }
}
