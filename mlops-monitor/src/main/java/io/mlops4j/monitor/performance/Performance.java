package io.mlops4j.monitor.performance;

/**
 * The realised performance of one version, computed from the labels that arrived. Immutable.
 *
 * <p>Every figure comes with its coverage: labels that arrive for some rows only, such as those
 * with errors, bias it.
 */
public final class Performance {
  private final long rows;
  private final long labelled;
  private final BinaryPerformance realised;

  /**
   * Creates a performance.
   *
   * @param rows the number of rows that the version answered
   * @param labelled the number of these rows with a label
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

  /** {@return the number of rows with a label; 0 to {@link #rows}} */
  public long labelled() {
    return labelled;
  }

  /** {@return the share of rows with a label; 0 to 1; 0 if there are no rows} */
  public double coverage() {
    return rows == 0 ? 0 : (double) labelled / rows;
  }

  /** {@return the figures of the newest labelled rows, at most as many as the monitor keeps} */
  public BinaryPerformance realised() {
    return realised;
  }

  /** {@return ROC AUC and coverage} */
  @Override
  public String toString() {
    return "ROC AUC %s, %d of %d rows labelled".formatted(realised.rocAuc(), labelled, rows);
  }
}
