package io.mlops4j.monitor.stats;

/** The result of a two-sample test. Implementations are immutable records. */
public interface TestResult {

  /** {@return the test statistic; 0 if the samples are equal, never NaN} */
  double statistic();

  /**
   * {@return the probability of a statistic at least this extreme if both samples come from one
   * distribution; in [0, 1], never NaN}
   */
  double pValue();
}
