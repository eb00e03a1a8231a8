package io.mlops4j.monitor.performance;

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
  }
}
