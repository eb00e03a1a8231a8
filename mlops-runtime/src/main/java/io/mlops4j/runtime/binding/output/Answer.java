package io.mlops4j.runtime.binding.output;

import io.mlops4j.inference.PredictionId;
import io.mlops4j.inference.ServedBy;

/** What an output record can be made of. */
public interface Answer {
  /**
   * The model's outputs.
   *
   * @return the outputs of all rows
   */
  Outputs outputsByRow();

  /**
   * Returns the model and version that answered.
   *
   * @return one instance for each published swap
   */
  ServedBy servedBy();

  /**
   * The id of a row.
   *
   * @param row from 0
   * @return the id
   */
  PredictionId id(int row);
}
