package io.mlops4j.runtime.serving;

import org.jspecify.annotations.Nullable;

/**
 * The call of a composition that the current thread runs, so that ending it also ends the run of
 * its member. Without compositions, asking costs one read. Thread safe.
 */
final class OuterCalls {
  @SuppressWarnings("ThreadLocalUsage") // one for each runtime: they share nothing
  private final ThreadLocal<@Nullable Cancellation> current = new ThreadLocal<>();

  private volatile boolean used;

  /** The call that this thread is in; null if there is none, or nothing can end it. */
  @Nullable Cancellation get() {
    return used ? current.get() : null;
  }

  void set(@Nullable Cancellation call) {
    used = true;
    if (call == null) {
      current.remove();
    } else {
      current.set(call);
    }
  }
}
