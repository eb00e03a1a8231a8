package io.mlops4j.monitor.drift;

/** What comparing one feature with its reference gave: a measurement, or too few rows for one. */
public sealed interface Comparison {

  /**
   * A size of effect and a test, each with its name.
   *
   * @param effect name of the effect size, for instance {@code "wasserstein/sigma"}
   * @param size how large the effect is; infinite when a constant reference has moved
   * @param bound from which size on the effect matters
   * @param test name of the test, for instance {@code "kolmogorov-smirnov"}
   * @param statistic statistic of the test
   * @param pValue p-value of the test, before any correction for the number of features
   */
  record Measured(
      String effect, double size, double bound, String test, double statistic, double pValue)
      implements Comparison {
    /**
     * Whether the effect reaches its bound, in either direction.
     *
     * @return whether |size| is at least the bound
     */
    public boolean matters() {
      return Math.abs(size) >= bound;
    }
  }

  /**
   * Too few rows: nothing is said about drift.
   *
   * @param referenceRows rows found in the reference, missing values not counted
   * @param currentRows rows found in the current sample, missing values not counted
   * @param neededRows rows that each of them must have
   */
  record TooFewRows(long referenceRows, long currentRows, long neededRows) implements Comparison {}
}
