package io.mlops4j.inference;

import java.util.Optional;

/**
 * Is notified of every call of a model, after the call has ended, on the thread that made it. A
 * call that is rejected before it runs, because the queue of {@link MicroBatching} is full or the
 * call waited there for too long, counts as a failed call. A call of a closed model is not
 * reported.
 *
 * <p>A listener must be thread safe and fast. It may call models; such calls run at once, and are
 * never grouped with others. It must not wait for other threads that call models, because they may
 * wait for the processor that its own call still holds. The runtime counts and logs its exceptions,
 * and never passes them to the caller. A model does not close its listeners: the code that created
 * a listener closes it after the model.
 */
@FunctionalInterface
public interface InferenceListener {
  /**
   * Returns whether events should contain features and outputs. Collecting rows has a cost: calls
   * with single records are first collected into columnar blocks, so their events arrive later and
   * have many rows.
   *
   * @return false unless overridden; read once, when the model is loaded
   */
  default boolean needsRows() {
    return false;
  }

  /**
   * Returns a second listener that is notified too. A listener that needs rows sees single-record
   * calls as blocks; it returns one here that sees each of these calls with its own time.
   *
   * @return empty unless overridden; read once, when the model is loaded. Its own {@code also} is
   *     not read
   */
  default Optional<InferenceListener> also() {
    return Optional.empty();
  }

  /**
   * Notifies the listener of a call that succeeded or failed.
   *
   * @param event valid only until this method returns
   */
  void onInference(InferenceEvent event);
}
