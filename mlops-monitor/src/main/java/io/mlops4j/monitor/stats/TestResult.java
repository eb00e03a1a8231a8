package io.mlops4j.monitor.stats;

/** What a two-sample test answers. Implementations are immutable records. */
public interface TestResult {

  /**
   * The value of the test statistic.
   *
   * @return the statistic; 0 where the samples are equal, never NaN
   */
  double statistic();

  /**
   * The probability of a statistic at least this extreme when both samples come from one
   * distribution.
   *
   * @return the p-value in [0, 1], never NaN
   */
  double pValue();
}
