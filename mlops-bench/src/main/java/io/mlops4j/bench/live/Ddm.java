package io.mlops4j.bench.live;

/**
 * DDM by Gama, Medas, Castillo and Rodrigues, "Learning with drift detection", 2004. With p the
 * share of errors among n rows and {@code s = sqrt(p (1 - p) / n)}, it reports a change when {@code
 * p + s > pmin + 3 smin}, from row 30 on; pmin and smin are those of the row with the least {@code
 * p + s}. One difference: no minimum is kept before the first error, because s would be 0 there and
 * the first error after thirty right answers a change.
 */
final class Ddm {
  private static final int FIRST_ROW = 30;
  private static final int DEVIATIONS = 3;

  private long rows;
  private long errors;
  private double leastRate = 1;
  private double leastDeviation = 1;

  /** Reads an answer and returns whether the error rate rose, after which it starts anew. */
  boolean rises(boolean wrong) {
    rows++;
    errors += wrong ? 1 : 0;
    if (rows < FIRST_ROW || errors == 0) {
      return false;
    }
    double rate = (double) errors / rows;
    double deviation = Math.sqrt(rate * (1 - rate) / rows);
    if (rate + deviation <= leastRate + leastDeviation) {
      leastRate = rate;
      leastDeviation = deviation;
    }
    boolean change = rate + deviation - leastRate > DEVIATIONS * leastDeviation;
    if (change) {
      startAnew();
    }
    return change;
  }

  private void startAnew() {
    rows = 0;
    errors = 0;
    leastRate = 1;
    leastDeviation = 1;
  }
}
