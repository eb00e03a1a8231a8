package io.mlops4j.inference;

import io.mlops4j.feature.FeatureBatch;
import org.jspecify.annotations.Nullable;

/**
 * What a listener is told: one call, or one block of single-record calls.
 *
 * <p>Valid only inside the callback, and there in its thread only. Keep rows with {@link
 * FeatureBatch#retain}.
 */
public interface InferenceEvent {
  /** Why the model was asked. */
  enum Route {
    /** Its answer was returned. */
    PRIMARY,
    /** Its answer was returned, as that of a candidate on a share of the calls. */
    CANARY,
    /** Its answer was compared and never returned. */
    SHADOW
  }

  /** The parts of a call. */
  enum Phase {
    /** Waiting for a slot or in a queue. */
    QUEUE,
    /** Validating and gathering the input. */
    BIND,
    /** In the engine. */
    RUN,
    /** Reading the outputs, where the runtime does. */
    READ
  }

  /**
   * Who answered.
   *
   * @return one instance for each published swap
   */
  ServedBy servedBy();

  /**
   * Why the model was asked.
   *
   * @return the route
   */
  Route route();

  /**
   * The id of a row, the same as its prediction's.
   *
   * @param row from 0 to {@code rows() - 1}
   * @return the id
   * @throws IndexOutOfBoundsException if there is no such row
   */
  PredictionId id(int row);

  /**
   * How many rows were asked.
   *
   * @return 0 or more
   */
  int rows();

  /**
   * How long a part of the call took; for a block of single-record calls, all of them together; for
   * a part in which the call failed, until it did. Batches that one run answered together waited
   * each for itself, and the other parts are those of their run.
   *
   * @param phase the part
   * @return nanoseconds, 0 when the part did not happen
   */
  long nanos(Phase phase);

  /**
   * Why the call failed.
   *
   * @return null when it succeeded
   */
  @Nullable Throwable error();

  /**
   * The rows as they were given, keys and further columns included.
   *
   * @return lent for the callback; null unless the listener {@link InferenceListener#needsRows},
   *     and when the call failed
   */
  @Nullable FeatureBatch features();

  /**
   * What the model answered, a row for each row of {@link #features}.
   *
   * @return lent for the callback; null unless the listener {@link InferenceListener#needsRows},
   *     and when the call failed
   */
  @Nullable FeatureBatch outputs();
}
