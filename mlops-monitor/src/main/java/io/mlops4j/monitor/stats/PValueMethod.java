package io.mlops4j.monitor.stats;

/** The method by which a p-value is computed. */
public enum PValueMethod {
  /**
   * {@link #EXACT} if the test can afford it, else {@link #ASYMPTOTIC}. Each test states its limit.
   */
  AUTO,
  /** From the exact distribution of the statistic, which assumes values without ties. */
  EXACT,
  /** From the limiting distribution of the statistic. */
  ASYMPTOTIC
}
