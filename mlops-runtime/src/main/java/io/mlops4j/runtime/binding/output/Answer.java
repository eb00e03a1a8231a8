package io.mlops4j.runtime.binding.output;

import io.mlops4j.inference.PredictionId;
import io.mlops4j.inference.ServedBy;

/** An answer from which output records are made. For one thread at a time. */
public interface Answer {
  /**
   * Returns the outputs of all rows.
   *
   * @return the outputs, readable until they are released
   */
  Outputs outputsByRow();

  /**
   * Returns which model answered.
   *
   * @return the same instance until the next load or published swap
   */
  ServedBy servedBy();

  /**
   * Returns the id of a row.
   *
   * @param row the row, from 0
   * @return the id
   */
  PredictionId id(int row);

  /**
   * Ends this answer without releasing its outputs.
   *
   * @return the outputs, which the caller releases
   * @throws IllegalStateException if the answer is closed
   */
  Outputs handOver();
}
