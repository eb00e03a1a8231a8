package io.mlops4j.runtime.serving.listening;

import io.mlops4j.inference.InferenceEvent;
import io.mlops4j.inference.InferenceListener;
import io.mlops4j.inference.ServedBy;

/**
 * A listener that needs the outcome and the time of a call only. It gets them without an event, so
 * a call with meters and without other listeners creates no objects and reads the clock twice.
 * Called on the threads of callers; must neither wait nor throw. Thread safe.
 */
public interface CallMeter extends InferenceListener {
  /**
   * Counts a call that was answered.
   *
   * @param servedBy which model answered
   * @param nanos the time of the call in nanoseconds
   */
  void answered(ServedBy servedBy, long nanos);

  /**
   * Counts a call that failed or was rejected.
   *
   * @param servedBy which model should have answered
   */
  void failed(ServedBy servedBy);

  /** Not called. */
  @Override
  default void onInference(InferenceEvent event) {}
}
