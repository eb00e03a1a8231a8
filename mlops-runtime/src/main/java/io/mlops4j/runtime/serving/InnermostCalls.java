package io.mlops4j.runtime.serving;

import org.jspecify.annotations.Nullable;

/**
 * Records which calls a thread is in while it runs a listener or a reader. So closing a model from
 * within its own call can throw instead of waiting for itself. Thread safe.
 */
final class InnermostCalls {
  @SuppressWarnings("ThreadLocalUsage") // one for each runtime: they share nothing
  private final ThreadLocal<@Nullable Frame> innermost = new ThreadLocal<>();

  private record Frame(Calls calls, @Nullable Frame outer) {}

  /** Records that this thread runs a listener or a reader for a call, until {@link #leave}. */
  void enter(Calls calls) {
    innermost.set(new Frame(calls, innermost.get()));
  }

  void leave() {
    Frame left = innermost.get();
    innermost.set(left == null ? null : left.outer());
  }

  /** Whether this thread is in one of these calls. */
  boolean isIn(Calls calls) {
    Frame frame = innermost.get();
    while (frame != null && frame.calls() != calls) {
      frame = frame.outer();
    }
    return frame != null;
  }

  /** Whether this thread is in any call. */
  boolean isInAny() {
    return innermost.get() != null;
  }
}
