package io.mlops4j.monitor.drift;

/** The comparison of one feature with its reference: a measurement, or too few rows for one. */
sealed interface Comparison {

  /**
   * A size of effect and a test, each with its name.
   *
   * @param effect name of the measure of effect, for example {@code "wasserstein/sigma"}
   * @param size size of the effect; infinite if a constant reference has moved
   * @param bound size from which the effect matters
   * @param test name of the test, for example {@code "kolmogorov-smirnov"}
   * @param statistic statistic of the test
   * @param pValue p-value of the test, before any correction for the number of features
   */
  record Measured(
      String effect, double size, double bound, String test, double statistic, double pValue)
      implements Comparison {
    /** Whether the effect reaches its bound, in either direction. */
    boolean matters() {
      return Math.abs(size) >= bound;
    }

    Measured withSize(double other) {
      return new Measured(effect, other, bound, test, statistic, pValue);
    }
  }

  /**
   * Too few rows for a measurement.
   *
   * @param referenceRows rows of the reference, without missing values
   * @param currentRows rows of the current sample, without missing values
   * @param neededRows rows that each side must have
   */
  record TooFewRows(long referenceRows, long currentRows, long neededRows) implements Comparison {}
}
