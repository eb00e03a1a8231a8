package io.mlops4j.runtime.serving.call;

import io.mlops4j.runtime.serving.threads.UninterruptibleWait;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts running calls, so that closing can reject new ones and wait for the others. The highest
 * bit of one word says that closing began, the other bits are the count. Thread safe.
 */
public final class Calls {
  private static final long CLOSING = Long.MIN_VALUE;

  private final AtomicLong state = new AtomicLong();
  private final CountDownLatch drained = new CountDownLatch(1);

  /**
   * Counts a call until {@link #leave}.
   *
   * @return false once closing began
   */
  public boolean enter() {
    while (true) {
      long seen = state.get();
      if (seen < 0) {
        return false;
      }
      if (state.compareAndSet(seen, seen + 1)) {
        return true;
      }
    }
  }

  /** Ends a call that was counted. */
  public void leave() {
    if (state.decrementAndGet() == CLOSING) {
      drained.countDown();
    }
  }

  /** {@return the number of calls, waiting ones included} */
  public int running() {
    return (int) state.get();
  }

  /** {@return whether closing began} */
  public boolean isClosing() {
    return state.get() < 0;
  }

  /**
   * Rejects new calls.
   *
   * @return false if that was done before
   */
  public boolean close() {
    long before = state.getAndUpdate(seen -> seen | CLOSING);
    if (before == 0) {
      drained.countDown();
    }
    return before >= 0;
  }

  /**
   * Rejects new calls if there is no call.
   *
   * @return false if there is one
   */
  public boolean closeIfIdle() {
    if (!state.compareAndSet(0, CLOSING)) {
      return false;
    }
    drained.countDown();
    return true;
  }

  /** Waits for running calls; an interrupt is kept for later. */
  public void awaitDrained() {
    UninterruptibleWait.uninterruptibly(drained);
  }
}
