package io.mlops4j.monitor.stats;

/** How a p-value is computed. */
public enum PValueMethod {
  /**
   * {@link #EXACT} where the test can afford it, {@link #ASYMPTOTIC} above; each test names its
   * limit.
   */
  AUTO,
  /** From the exact distribution of the statistic, which assumes values without ties. */
  EXACT,
  /** From the limiting distribution of the statistic. */
  ASYMPTOTIC
}
