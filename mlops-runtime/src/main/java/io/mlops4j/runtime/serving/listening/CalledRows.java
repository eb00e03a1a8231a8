package io.mlops4j.runtime.serving.listening;

import io.mlops4j.inference.PredictionId;
import io.mlops4j.runtime.serving.call.CallTimes;
import org.jspecify.annotations.Nullable;

/** The rows of one call, or of several that listeners are notified of together. */
public interface CalledRows {
  /** {@return the number of the rows} */
  int count();

  /**
   * Returns the id of a row.
   *
   * @param row from 0 to {@link #count} - 1
   * @return its id
   */
  PredictionId id(int row);

  /**
   * Returns the trace of the call of a row.
   *
   * @param row from 0 to {@link #count} - 1
   * @return its id, or null if the call had none
   */
  @Nullable String traceId(int row);

  /** {@return the times of the calls} */
  CallTimes times();
}
