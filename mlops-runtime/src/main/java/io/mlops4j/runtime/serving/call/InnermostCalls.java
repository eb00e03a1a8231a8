package io.mlops4j.runtime.serving.call;

import org.jspecify.annotations.Nullable;

/**
 * Records which calls a thread is in while it runs a listener or a reader. So closing a model from
 * within its own call can throw instead of waiting for itself. Thread safe.
 */
public final class InnermostCalls {
  /**
   * The innermost call of a thread, in an array that is found once for each step, because finding
   * it costs time. The array has no class of ours: threads outlive the class loader of a job, and
   * they keep the value of a thread-local variable long after the variable is gone.
   */
  @SuppressWarnings("ThreadLocalUsage") // one for each runtime: they share nothing
  private final ThreadLocal<@Nullable Object[]> frames =
      ThreadLocal.withInitial(() -> new Object[1]);

  /**
   * A call within others. The outermost one is recorded without a frame, so it leaves no garbage.
   */
  private record Frame(Calls calls, Object outer) {}

  /**
   * Records that this thread runs a listener or a reader for a call, until {@link #leave}.
   *
   * @param calls which the call belongs to
   */
  public void enter(Calls calls) {
    @Nullable Object[] own = frames.get();
    Object outer = own[0];
    own[0] = outer == null ? calls : new Frame(calls, outer);
  }

  /** Leaves the call that was entered last. */
  public void leave() {
    @Nullable Object[] own = frames.get();
    own[0] = own[0] instanceof Frame left ? left.outer() : null;
  }

  /**
   * Returns whether this thread is in one of these calls.
   *
   * @param calls of a model
   * @return true if it is
   */
  public boolean isIn(Calls calls) {
    Object at = frames.get()[0];
    while (at instanceof Frame frame && frame.calls() != calls) {
      at = frame.outer();
    }
    return at == calls || at instanceof Frame;
  }

  /** {@return whether this thread is in any call} */
  public boolean isInAny() {
    return frames.get()[0] != null;
  }
}
