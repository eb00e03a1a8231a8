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
   * Returns whether this listener wants the rows of a successful call. Only listeners that need
   * rows are asked, before rows are copied or collected. A listener that answers false for some
   * calls sees a sample. For a call with a single record the runtime may ask twice: before it
   * collects the record, and before it notifies of the block, with the number of the block's first
   * call. It does not ask before it collects if several listeners need rows.
   *
   * @param route the role in which the model was called
   * @param call the number of the call, as in {@link PredictionId#call}
   * @param rows the number of its rows, or of the rows of a block
   * @return true unless overridden; if false, the listener is not notified of these rows
   */
  default boolean takesRows(InferenceEvent.Route route, long call, int rows) {
    return true;
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
