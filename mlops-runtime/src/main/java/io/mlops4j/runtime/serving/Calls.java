package io.mlops4j.runtime.serving;

import io.mlops4j.runtime.serving.threads.UninterruptibleWait;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts running calls, so that closing can reject new ones and wait for the others. The highest
 * bit of one word says that closing began, the other bits are the count. Thread safe.
 */
final class Calls {
  private static final long CLOSING = Long.MIN_VALUE;

  private final AtomicLong state = new AtomicLong();
  private final CountDownLatch drained = new CountDownLatch(1);

  /** Counts a call until {@link #leave}; false once closing began. */
  boolean enter() {
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

  void leave() {
    if (state.decrementAndGet() == CLOSING) {
      drained.countDown();
    }
  }

  /** The number of calls, waiting ones included. */
  int running() {
    return (int) state.get();
  }

  boolean isClosing() {
    return state.get() < 0;
  }

  /** Rejects new calls; false if that was done before. */
  boolean close() {
    long before = state.getAndUpdate(seen -> seen | CLOSING);
    if (before == 0) {
      drained.countDown();
    }
    return before >= 0;
  }

  /** Rejects new calls if there is no call; false otherwise. */
  boolean closeIfIdle() {
    if (!state.compareAndSet(0, CLOSING)) {
      return false;
    }
    drained.countDown();
    return true;
  }

  /** Waits for running calls; an interrupt is kept for later. */
  void awaitDrained() {
    UninterruptibleWait.uninterruptibly(drained);
  }
}
