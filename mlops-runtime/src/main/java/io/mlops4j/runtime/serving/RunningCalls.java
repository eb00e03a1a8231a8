package io.mlops4j.runtime.serving;

import io.mlops4j.runtime.serving.threads.Deadlines;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The running calls of a model whose closing may end calls. Thread safe.
 *
 * <p>A call is added before it checks whether the calls are ended, and the reason is set before the
 * calls are ended. So no call is missed.
 */
final class RunningCalls {
  private final Set<Cancellation> running = ConcurrentHashMap.newKeySet();
  private volatile @Nullable String reason;

  /** Adds a call until it is {@link #remove removed}; ends a call that is too late. */
  void add(Cancellation call) {
    running.add(call);
    String ended = reason;
    if (ended != null) {
      call.close(ended);
    }
  }

  void remove(Cancellation call) {
    running.remove(call);
  }

  /**
   * Ends the calls that still run after a time, and each that is added later; before it returns if
   * there is no time.
   *
   * @return the task that ends them; null if they are ended
   */
  Deadlines.@Nullable Task endAfter(Duration patience, Deadlines deadlines, String why) {
    if (patience.isZero()) {
      end(why);
      return null;
    }
    return deadlines.after(patience, () -> end(why));
  }

  /** Ends the running calls, and each that is added later. */
  void end(String why) {
    reason = why;
    running.forEach(call -> call.close(why));
  }
}
