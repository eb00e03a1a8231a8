package io.mlops4j.inference;

import java.time.Duration;
import java.util.Objects;

/**
 * What closing a model, a deployment or a runtime does about calls that still run. Whatever is
 * chosen, new calls are rejected from the moment when closing begins. Immutable values with
 * equality.
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
   * Throws {@link IllegalStateException} while calls run, and says how many. Nothing is closed
   * then, and new calls are answered as before. A deployment still swaps versions: the version
   * before is closed after its last call.
   *
   * @return the choice
   */
  static Closing refuses() {
    return FixedClosing.REFUSES;
  }

  /**
   * Waits for some time, then ends the calls that still run, as {@link EndsCalls} describes.
   *
   * @param patience how long calls may go on, zero or more
   * @return the choice
   * @throws IllegalArgumentException if it is negative
   */
  static Closing endsCallsAfter(Duration patience) {
    return new EndsCalls(patience);
  }

  /**
   * Waits for some time, then ends the calls that still run. Their callers get {@link
   * IllegalStateException}. ONNX Runtime can end a run between two operators, so its calls end
   * soon. TensorFlow cannot end a run, so its calls end when their run has ended by itself.
   * Versions that a deployment has swapped out are closed in the same way.
   *
   * <p>Memory is never freed under a run, so closing waits for runs even then. It also waits for
   * listeners and for code that reads an answer, because nothing can end them.
   *
   * <p>Runs that {@link LoadOptions.Builder#strictDeadlines()} has abandoned are the exception:
   * closing waits at most one second longer for them, then reports those that go on. The last of
   * them frees the model. All other choices wait for abandoned runs, or refuse because of them.
   *
   * <p>The model counts its calls for this, which costs each call some tenths of a microsecond.
   *
   * @param patience zero or more
   */
  record EndsCalls(Duration patience) implements Closing {
    /**
     * Checks the time.
     *
     * @param patience zero or more
     * @throws IllegalArgumentException if it is negative
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
