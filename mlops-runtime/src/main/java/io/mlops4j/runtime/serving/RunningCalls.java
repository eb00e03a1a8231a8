package io.mlops4j.runtime.serving;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The running calls of a model whose closing may end calls. Thread safe.
 *
 * <p>A call is added before it checks whether the model ends its calls, and the model begins to end
 * calls before it looks which were added. So one of the two finds the other.
 */
final class RunningCalls {
  private final Set<Cancellation> running = ConcurrentHashMap.newKeySet();
  private volatile @Nullable String reason;

  /** Adds a call until it is {@link #remove removed}; a call that comes too late is ended. */
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
