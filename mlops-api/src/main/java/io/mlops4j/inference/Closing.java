package io.mlops4j.inference;

import java.time.Duration;
import java.util.Objects;

/**
 * What happens to running calls when a model, a deployment or a runtime is closed. With each
 * choice, new calls are rejected from the moment when closing begins. Immutable, thread safe values
 * with equality.
 */
public sealed interface Closing permits FixedClosing, Closing.EndsCalls {
  /**
   * Waits until the last call has ended, however long that takes. This is the default.
   *
   * @return the choice
   */
  static Closing waits() {
    return FixedClosing.WAITS;
  }

  /**
   * Rejects closing while calls run: closing throws {@link IllegalStateException}, whose message
   * gives the number of calls. Nothing is closed then, and new calls are accepted as before. A
   * deployment still swaps versions, and closes the previous version after its last call.
   *
   * @return the choice
   */
  static Closing refuses() {
    return FixedClosing.REFUSES;
  }

  /**
   * Waits for a time, then ends the calls that still run, as {@link EndsCalls} describes.
   *
   * @param patience how long calls may continue, zero or more
   * @return the choice
   * @throws IllegalArgumentException if the time is negative
   */
  static Closing endsCallsAfter(Duration patience) {
    return new EndsCalls(patience);
  }

  /**
   * Waits for a time, then ends the calls that still run. Their callers get {@link
   * IllegalStateException}. ONNX Runtime can end a run between two operators, so its calls end
   * soon. TensorFlow cannot end a run, so its calls end when their run has ended by itself.
   * Versions that a deployment has swapped out are closed in the same way.
   *
   * <p>Memory is never freed during a run, so closing always waits for runs. It also waits for
   * listeners and for code that reads an answer, because these cannot be ended.
   *
   * <p>Runs that {@link LoadOptions.Builder#strictDeadlines()} has abandoned are the exception.
   * Closing waits at most one second longer for them, then reports those that continue. The last of
   * them frees the model. The other choices wait for abandoned runs, or throw because of them.
   *
   * <p>For this choice the model counts its calls, which adds some tenths of a microsecond to each
   * call.
   *
   * @param patience how long calls may continue, zero or more
   */
  record EndsCalls(Duration patience) implements Closing {
    /**
     * Checks the time.
     *
     * @param patience how long calls may continue, zero or more
     * @throws IllegalArgumentException if the time is negative
     */
    public EndsCalls {
      Objects.requireNonNull(patience, "patience");
      if (patience.isNegative()) {
        throw new IllegalArgumentException(
            "patience: found " + patience + ", expected zero or more");
      }
    }
  }
}
