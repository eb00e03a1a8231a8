package io.mlops4j.runtime.serving;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.LongSupplier;

/**
 * Knows the threads that ask again as soon as they were answered together with others.
 *
 * <p>Those others are being woken then, and many of them will ask again too: who comes first lets
 * them run, so that they are answered together once more, and not each alone. Threads that come on
 * their own, as requests do, are not known here, and nothing keeps them. Thread safe; two threads
 * in one place at most yield once too often.
 */
final class AskingAgain {
  private static final int PLACES = 64;

  /** In nanoseconds: longer than a return and a further call take, shorter than a wait for one. */
  private static final long AT_ONCE = 20_000;

  private final AtomicLongArray answered = new AtomicLongArray(PLACES);
  private final LongSupplier nanos;
  private volatile boolean together;

  AskingAgain(LongSupplier nanos) {
    this.nanos = nanos;
    long longAgo = nanos.getAsLong() - 2 * AT_ONCE;
    for (int place = 0; place < PLACES; place++) {
      answered.setPlain(place, longAgo);
    }
  }

  /** So many are answered in one run now. */
  void run(int calls) {
    together = calls > 1;
  }

  /** This thread has waited and was answered. */
  void answered() {
    answered.setOpaque(place(), nanos.getAsLong());
  }

  /** Whether this thread is one of those. */
  boolean isLikely() {
    return together && nanos.getAsLong() - answered.getOpaque(place()) < AT_ONCE;
  }

  private static int place() {
    return (int) Thread.currentThread().getId() & (PLACES - 1);
  }
}
