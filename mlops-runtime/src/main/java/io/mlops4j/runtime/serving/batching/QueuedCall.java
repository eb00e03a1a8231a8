package io.mlops4j.runtime.serving.batching;

import io.mlops4j.inference.Priority;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A call that waits for a processor. Its {@link CallQueue} guards the fields that change. */
abstract class QueuedCall {
  private final @Nullable Thread thread;
  final Priority priority;
  Object group;
  boolean queued;

  /**
   * @param group equal for calls that can be answered together
   * @param priority more important calls are answered first
   * @param thread the thread that waits for it, or null if a worker answers it
   */
  QueuedCall(Object group, Priority priority, @Nullable Thread thread) {
    this.group = group;
    this.priority = priority;
    this.thread = thread;
  }

  /** The most rows that a run with this call should have now. */
  abstract int most();

  /** The number of its rows. */
  abstract int rows();

  /**
   * Answers calls of its group in this thread. Never throws.
   *
   * @return completes the calls; must run after the processor was returned, because a caller that
   *     continues may need it
   */
  abstract Runnable answer(List<QueuedCall> together);

  /** Ends a call that no thread can answer. Called for asynchronous calls only. Never throws. */
  void fail(Throwable why) {
    throw new IllegalStateException("a call with a thread needs no other", why);
  }

  /** Whether a worker answers it, because no thread waits for it. */
  final boolean isAsynchronous() {
    return thread == null;
  }

  void wake() {
    LockSupport.unpark(thread);
  }

  final boolean isWaiting() {
    return queued;
  }
}
