package io.mlops4j.monitor.quality;

import io.mlops4j.monitor.distribution.Binomial;

/**
 * Compares the share of some rows with the share of a reference.
 *
 * @param share the share in the rows
 * @param expected the share in the reference
 * @param margin the difference that is tolerated
 * @param significant whether random variation alone does not explain the difference
 */
record Excess(double share, double expected, double margin, boolean significant) {
  /**
   * Compares shares. The test is a binomial one, with the share of the reference raised by three
   * standard errors.
   *
   * @param found the rows in question
   * @param rows all rows
   * @param referenceRows the rows behind the expected share
   * @param least the smallest margin
   * @param factor of the margin, by how much healthy periods differ
   * @param level the probability of a false alarm
   */
  static Excess of(
      long found,
      long rows,
      double expected,
      long referenceRows,
      double least,
      double factor,
      double level) {
    double margin = Math.max(least, 0.1 * Math.min(1, Math.sqrt(10 * expected)));
    double reachable = Math.min(margin, (1 - expected) / 2); // else even all rows would pass
    return withMargin(found, rows, expected, referenceRows, factor * reachable, level);
  }

  static Excess withMargin(
      long found, long rows, double expected, long referenceRows, double margin, double level) {
    double share = rows == 0 ? 0 : (double) found / rows;
    double error = Math.sqrt((expected * (1 - expected) + 1.0 / referenceRows) / referenceRows);
    double raised = Math.min(1, expected + 3 * error);
    boolean significant =
        found > 0 && share > raised && Binomial.atLeast(found, rows, raised) < level;
    return new Excess(share, expected, margin, significant);
  }

  double bound() {
    return expected + margin;
  }

  double relative() {
    return (share - expected) / margin;
  }

  boolean failed() {
    return significant && relative() >= 1;
  }
}
