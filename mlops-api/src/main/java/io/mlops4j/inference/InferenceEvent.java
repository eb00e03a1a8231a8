package io.mlops4j.inference;

import io.mlops4j.feature.FeatureBatch;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One call, or one block of single-record calls, as listeners see it.
 *
 * <p>An event is valid only during the callback, and only on its thread. {@link
 * FeatureBatch#retain} keeps the rows longer.
 */
public interface InferenceEvent {
  /** The role in which a model is called. */
  enum Route {
    /** The model's answer was returned. */
    PRIMARY,
    /** The model is a candidate that receives a share of the calls; its answer was returned. */
    CANARY,
    /** The model's answer was compared with another, and never returned. */
    SHADOW,
    /**
     * The answer was returned in place of that of a version that failed or was not called; {@link
     * ServedBy#fallback} has the reason.
     */
    FALLBACK
  }

  /**
   * The phases of a call. A record of at most 64 values, all numbers, whose answer is numbers, is
   * bound and read in less time than the clock takes. If such a record is called alone, {@link
   * #BIND} and {@link #READ} are 0 and {@link #RUN} contains their time, unless the call fails.
   */
  enum Phase {
    /** Waiting in a queue or for a slot; 0 if a slot was idle. */
    QUEUE,
    /** Validating and gathering the input. */
    BIND,
    /** Running in the engine. */
    RUN,
    /** Reading the outputs, if the runtime reads them. */
    READ
  }

  /**
   * Returns which model answered.
   *
   * @return the same instance until the next load or published swap
   */
  ServedBy servedBy();

  /**
   * Returns the role in which the model was called.
   *
   * @return the route
   */
  Route route();

  /**
   * Returns the id of a row. The caller's prediction has the same id for that row.
   *
   * @param row from 0 to {@code rows() - 1}
   * @return the id
   * @throws IndexOutOfBoundsException if there is no such row
   */
  PredictionId id(int row);

  /**
   * Returns the id of the trace that the call of a row belongs to, as {@link
   * CallOptions#withTraceparent} gave it. The calls of a shadow have none.
   *
   * @param row from 0 to {@code rows() - 1}
   * @return 32 hexadecimal digits in lower case; null if the call has no trace
   * @throws IndexOutOfBoundsException if there is no such row
   */
  default @Nullable String traceId(int row) {
    Objects.checkIndex(row, rows());
    return null;
  }

  /**
   * Returns the number of rows of the call.
   *
   * @return 0 or more
   */
  int rows();

  /**
   * Returns the duration of a phase. For a block of single-record calls it is the sum over these
   * calls. If the call failed in the phase, it is the time until the failure. If several batches
   * shared one run, each has its own time in the queue; the other phases are those of the run.
   *
   * @param phase the phase
   * @return nanoseconds, 0 if the phase did not happen
   */
  long nanos(Phase phase);

  /**
   * Returns the failure of the call.
   *
   * @return null if the call succeeded
   */
  @Nullable Throwable error();

  /**
   * Returns the rows as the caller passed them, with keys and further columns.
   *
   * @return a batch that is valid during the callback; null if the call failed, or if the listener
   *     does not {@linkplain InferenceListener#needsRows need rows}
   */
  @Nullable FeatureBatch features();

  /**
   * Returns the outputs of the model, one row for each row of {@link #features}.
   *
   * @return a batch that is valid during the callback; null if the call failed, or if the listener
   *     does not {@linkplain InferenceListener#needsRows need rows}
   */
  @Nullable FeatureBatch outputs();
}
