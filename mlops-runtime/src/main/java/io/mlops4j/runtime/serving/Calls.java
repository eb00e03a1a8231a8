package io.mlops4j.runtime.serving;

import io.mlops4j.runtime.serving.threads.UninterruptibleWait;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts running calls, so that closing can refuse new ones and wait for these.
 *
 * <p>One word holds all: the highest bit says that closing began, the next 31 count who holds the
 * model from outside, the lowest 32 count calls. Whoever holds it may begin calls also while it
 * closes, so that between holding and calling nothing can come.
 */
final class Calls {
  private static final long CLOSING = Long.MIN_VALUE;
  private static final long HOLDER = 1L << 32;

  private final AtomicLong state = new AtomicLong();
  private final CountDownLatch drained = new CountDownLatch(1);

  /** Counts a call; false once closing began, unless the model is held. */
  boolean enter() {
    while (true) {
      long seen = state.get();
      if (seen < 0 && (seen - CLOSING) < HOLDER) {
        return false;
      }
      if (state.compareAndSet(seen, seen + 1)) {
        return true;
      }
    }
  }

  void leave() {
    drainedBy(state.decrementAndGet());
  }

  /** False once closing began. */
  boolean hold() {
    while (true) {
      long seen = state.get();
      if (seen < 0) {
        return false;
      }
      if (state.compareAndSet(seen, seen + HOLDER)) {
        return true;
      }
    }
  }

  void letGo() {
    drainedBy(state.addAndGet(-HOLDER));
  }

  private void drainedBy(long now) {
    if (now == CLOSING) {
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

  /** Refuses new calls; false if that was done before. */
  boolean close() {
    long before = state.getAndUpdate(seen -> seen | CLOSING);
    if (before == 0) {
      drained.countDown();
    }
    return before >= 0;
  }

  /** Rejects new calls if the model has no call and is not held; false otherwise. */
  boolean closeIfIdle() {
    if (!state.compareAndSet(0, CLOSING)) {
      return false;
    }
    drained.countDown();
    return true;
  }

  /** Whether the model has calls or is held. */
  boolean isBusy() {
    return (state.get() & ~CLOSING) != 0;
  }

  /** Waits for running calls; an interrupt is kept for later. */
  void awaitDrained() {
    UninterruptibleWait.uninterruptibly(drained);
  }
}
