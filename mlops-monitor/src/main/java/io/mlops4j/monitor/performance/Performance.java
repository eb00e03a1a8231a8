package io.mlops4j.monitor.performance;

/**
 * How well one version does, by the labels that came. Immutable.
 *
 * <p>Every figure stands beside its coverage: labels that come for some rows only, say for those
 * that went wrong, bias it.
 */
public final class Performance {
  private final long rows;
  private final long labelled;
  private final BinaryPerformance realised;

  /**
   * States a performance.
   *
   * @param rows how many rows the version answered
   * @param labelled for how many of them a label came
   * @param realised the figures of the newest labelled rows
   */
  public Performance(long rows, long labelled, BinaryPerformance realised) {
    this.rows = rows;
    this.labelled = labelled;
    this.realised = realised;
  }

  /** {@return the number of rows the version answered; 0 or more} */
  public long rows() {
    return rows;
  }

  /**
   * For how many of them a label came.
   *
   * @return 0 to {@link #rows}
   */
  public long labelled() {
    return labelled;
  }

  /** {@return the share of rows whose label came; 0 to 1; 0 when there are no rows} */
  public double coverage() {
    return rows == 0 ? 0 : (double) labelled / rows;
  }

  /**
   * Scores against labels.
   *
   * @return the figures of the newest labelled rows, at most as many as the monitor keeps
   */
  public BinaryPerformance realised() {
    return realised;
  }

  /** {@return ROC AUC and coverage} */
  @Override
  public String toString() {
    return "ROC AUC %s, %d of %d rows labelled".formatted(realised.rocAuc(), labelled, rows);
  }
}
