package io.mlops4j.inference;

/**
 * Told of every call to a model, in the thread that made the call, after the answer is there. A
 * call that is refused before the model is asked, as the queue of {@link MicroBatching} is full or
 * it waited there for too long, is a call that failed; one to a closed model is not told.
 *
 * <p>Must be thread safe and quick. It may ask models, which are asked at once then and never
 * together with others; it must not wait for other threads that do, as a call that has not ended
 * keeps its processor from them. What it throws is counted and logged by the runtime and never
 * reaches the caller. A listener is lent to a model: start it before, close it after.
 */
@FunctionalInterface
public interface InferenceListener {
  /**
   * Whether events should carry features and outputs. Rows cost: calls with single records are
   * collected into columnar blocks first, so their events come later and carry many rows.
   *
   * @return false unless overridden; asked once, when the model is loaded
   */
  default boolean needsRows() {
    return false;
  }

  /**
   * A call ended, well or badly.
   *
   * @param event valid only until this method returns
   */
  void onInference(InferenceEvent event);
}
