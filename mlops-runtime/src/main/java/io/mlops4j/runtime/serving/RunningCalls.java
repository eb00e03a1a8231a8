package io.mlops4j.runtime.serving;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The calls of a model that are to be ended when it is closed and they go on for too long. Thread
 * safe.
 *
 * <p>A call is added before it looks whether the end has come, and the end comes before it is
 * looked who was added: one of the two finds the other.
 */
final class RunningCalls {
  private final Set<Cancellation> running = ConcurrentHashMap.newKeySet();
  private volatile @Nullable String reason;

  /** Keeps account of a call until it is {@link #remove removed}; one that comes late is ended. */
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

  /** Ends those that run, and whichever come. */
  void end(String why) {
    reason = why;
    running.forEach(call -> call.close(why));
  }
}
