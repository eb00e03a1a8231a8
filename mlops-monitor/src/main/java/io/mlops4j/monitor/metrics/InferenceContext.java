package io.mlops4j.monitor.metrics;

import io.micrometer.observation.Observation;
import io.mlops4j.inference.ServedBy;

/**
 * What an observation of a call knows, for the application's own conventions, filters and handlers.
 */
public final class InferenceContext extends Observation.Context {
  private final int rows;
  private volatile ServedBy servedBy;

  InferenceContext(ServedBy servedBy, int rows) {
    this.servedBy = servedBy;
    this.rows = rows;
  }

  /** {@return the number of rows were asked; 0 or more} */
  public int rows() {
    return rows;
  }

  /**
   * Who answers.
   *
   * @return until a batch is answered, and for records, who served when the call began
   */
  public ServedBy servedBy() {
    return servedBy;
  }

  void answeredBy(ServedBy by) {
    servedBy = by;
  }
}
