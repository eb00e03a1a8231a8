package io.mlops4j.runtime.serving.call;

import org.jspecify.annotations.Nullable;

/**
 * Records which calls a thread is in while it runs a listener or a reader. So closing a model from
 * within its own call can throw instead of waiting for itself. Thread safe.
 */
public final class InnermostCalls {
  @SuppressWarnings("ThreadLocalUsage") // one for each runtime: they share nothing
  private final ThreadLocal<Frames> frames = ThreadLocal.withInitial(Frames::new);

  private record Frame(Calls calls, @Nullable Frame outer) {}

  /** The frames of one thread. It is found once for each step, because finding it costs time. */
  private static final class Frames {
    @Nullable Frame innermost;
  }

  /**
   * Records that this thread runs a listener or a reader for a call, until {@link #leave}.
   *
   * @param calls which the call belongs to
   */
  public void enter(Calls calls) {
    Frames own = frames.get();
    own.innermost = new Frame(calls, own.innermost);
  }

  /** Ends what was entered last. */
  public void leave() {
    Frames own = frames.get();
    Frame left = own.innermost;
    own.innermost = left == null ? null : left.outer();
  }

  /**
   * Returns whether this thread is in one of these calls.
   *
   * @param calls of a model
   * @return true if it is
   */
  public boolean isIn(Calls calls) {
    Frame frame = frames.get().innermost;
    while (frame != null && frame.calls() != calls) {
      frame = frame.outer();
    }
    return frame != null;
  }

  /** {@return whether this thread is in any call} */
  public boolean isInAny() {
    return frames.get().innermost != null;
  }
}
