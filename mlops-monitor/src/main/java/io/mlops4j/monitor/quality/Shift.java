package io.mlops4j.monitor.quality;

/**
 * How far a column has moved from its own distribution, 0, to that of another column, 1, by their
 * log-likelihood ratio. A column that drifts lies anywhere; one that was exchanged lies at 1.
 */
final class Shift {
  /**
   * An exchanged column lies at 1 up to this, and up to sampling error: other columns drift too.
   */
  private static final double SLACK = 0.2;

  private final double own;
  private final double distance;
  private double sum;
  private double squares;
  private int rows;

  /**
   * @param own the mean ratio of the column in the reference, for its own distribution
   * @param distance from there to the mean ratio of the other column
   */
  Shift(double own, double distance) {
    this.own = own;
    this.distance = distance;
  }

  void add(double ratio) {
    sum += ratio;
    squares += ratio * ratio;
    rows++;
  }

  int rows() {
    return rows;
  }

  double mean() {
    return sum / rows;
  }

  /** Whether the column lies at the other distribution, and not at its own one by chance. */
  boolean isExchange() {
    double moved = (own - mean()) / distance;
    double variance = Math.max(0, squares / rows - mean() * mean());
    double error = Math.sqrt(variance / rows) / distance;
    return moved > 0.5 && moved > 3 * error && Math.abs(moved - 1) < SLACK + 2 * error;
  }
}
