package io.mlops4j.runtime.serving;

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

  /** Ends the running calls, and each that is added later. */
  void end(String why) {
    reason = why;
    running.forEach(call -> call.close(why));
  }
}
