package io.mlops4j.inference;

import java.time.Duration;
import java.util.Objects;

/**
 * What closing a model, a deployment or a runtime does about calls that still run. New calls are
 * refused from the moment when closing begins, whatever is chosen. Immutable.
 */
public sealed interface Closing {
  /** The choices without a value of their own. */
  enum Fixed implements Closing {
    /** Closing waits until the last call has ended, however long that takes; the default. */
    WAITS,
    /**
     * Closing throws {@link IllegalStateException} while calls run, and says how many; nothing is
     * closed then, and new calls are answered as before. A deployment refuses to be closed, not to
     * swap: the version before is closed after its last call.
     */
    REFUSES
  }

  /**
   * Closing waits so long, and then ends the calls that still run, whose callers get {@link
   * IllegalStateException}: soon where the engine can end a run, as ONNX Runtime can between two
   * operators; where it cannot, as TensorFlow, once the run has ended by itself. Memory is never
   * freed under a run, so this is what closing waits for even then, and for listeners and readers
   * of an answer, which nobody can end. Of a deployment, versions that were swapped out are closed
   * in the same way.
   *
   * <p>Runs that {@link LoadOptions#strictDeadlines()} has abandoned are the exception: closing
   * waits at most one second longer for them, then reports those that go on. The last of them frees
   * the model. All other choices wait for abandoned runs, or refuse because of them.
   *
   * <p>The model keeps account of its calls for this, which costs each some tenths of a
   * microsecond.
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

  /**
   * Ends calls that still run after a while.
   *
   * @param patience how long they may go on, zero or more
   * @return the choice
   * @throws IllegalArgumentException if it is negative
   */
  static Closing endsCallsAfter(Duration patience) {
    return new EndsCalls(patience);
  }
}
