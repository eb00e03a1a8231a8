package io.mlops4j.monitor.stats;

/** The result of a test of two samples. Implementations are immutable records. */
public interface TestResult {

  /** {@return the test statistic; 0 if the samples are equal unless the test says, never NaN} */
  double statistic();

  /**
   * {@return the probability of a statistic at least this extreme if both samples come from one
   * distribution; in [0, 1], never NaN}
   */
  double pValue();

  /** {@return the degrees of freedom of the statistic's distribution; NaN for tests without} */
  default double degreesOfFreedom() {
    return Double.NaN;
  }

  /**
   * {@return the largest difference from the statistic of the rows, if it was computed from counts
   * in bins; 0 if it is exact}
   */
  default double errorBound() {
    return 0;
  }

  /**
   * Returns a result without degrees of freedom and without an error.
   *
   * @param statistic the test statistic
   * @param pValue in [0, 1]
   * @return the result
   */
  static TestResult of(double statistic, double pValue) {
    return new Outcome(statistic, pValue, Double.NaN, 0);
  }
}
