package io.mlops4j.monitor.metrics;

import io.micrometer.observation.Observation;
import io.mlops4j.inference.ServedBy;

/**
 * The context of one observed call, for the application's own conventions, filters and handlers.
 */
@SuppressWarnings("exports") // Micrometer is optional
public final class InferenceContext extends Observation.Context {
  private final int rows;
  private volatile ServedBy servedBy;

  InferenceContext(ServedBy servedBy, int rows) {
    this.servedBy = servedBy;
    this.rows = rows;
  }

  /** {@return the number of rows of the call; 0 or more} */
  public int rows() {
    return rows;
  }

  /**
   * Returns the version that answers.
   *
   * @return until a batch is answered, and for records, the version that served when the call began
   */
  public ServedBy servedBy() {
    return servedBy;
  }

  void answeredBy(ServedBy by) {
    servedBy = by;
  }
}
