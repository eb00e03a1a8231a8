package io.mlops4j.runtime.serving;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets threads that ask again as soon as they were answered together be answered together again.
 *
 * <p>When a run ends, its threads are woken one by one, and who returns first would find the
 * processor free and ask alone, so that large groups fall apart. It waits for the others instead,
 * for a small part of the time that the run took, and no longer than until as many have come: what
 * that can cost is that part, what it saves are runs. Threads that come on their own, as requests
 * do, are not known here, and nothing keeps them. Thread safe; two threads in one place at most
 * wait once too often.
 */
final class AskingAgain {
  private static final int PLACES = 64;

  /** In nanoseconds: longer than a return and a further call take, shorter than a wait for one. */
  private static final long AT_ONCE = 20_000;

  /** Of the time that a run took, one part of so many is waited. */
  private static final int PART = 8;

  /** In nanoseconds: to stop and wake a thread costs a tenth of it, more than it is worth below. */
  private static final long WORTH_A_WAIT = 500_000;

  private static final long LONGEST = 4_000_000;

  private final AtomicLongArray answered = new AtomicLongArray(PLACES);
  private final AtomicReference<@Nullable Thread> first = new AtomicReference<>();
  private final LongSupplier nanos;
  private volatile Run last = new Run(0, 0);

  /** How many calls were answered together, and how long it took. */
  private record Run(int calls, long nanos) {}

  AskingAgain(LongSupplier nanos) {
    this.nanos = nanos;
    long longAgo = nanos.getAsLong() - 2 * AT_ONCE;
    for (int place = 0; place < PLACES; place++) {
      answered.setPlain(place, longAgo);
    }
  }

  /** So many were answered in one run, which took so long. */
  void ran(int calls, long took) {
    if (calls > 1) {
      last = new Run(calls, took);
    }
  }

  /** This thread has waited and was answered, with others. */
  void answered() {
    answered.setOpaque(place(), nanos.getAsLong());
  }

  /** Whether this thread is one of those. */
  boolean isLikely() {
    return nanos.getAsLong() - answered.getOpaque(place()) < AT_ONCE;
  }

  /**
   * Lets the others come, after this thread has queued its own call.
   *
   * @param waiting how many are queued now
   * @return false if another thread waits already: it will take up what is queued, this call too,
   *     or see that somebody does
   */
  @SuppressWarnings("ThreadPriorityCheck") // a hint, without which the answers are the same
  boolean letCome(IntSupplier waiting) {
    Run run = last;
    long patience = Math.min(LONGEST, run.nanos() / PART);
    if (patience < WORTH_A_WAIT) {
      Thread.yield();
      return true;
    }
    Thread me = Thread.currentThread();
    if (!first.compareAndSet(null, me)) {
      if (waiting.getAsInt() >= run.calls()) {
        LockSupport.unpark(first.get());
      }
      return false;
    }
    try {
      long begin = nanos.getAsLong();
      long left = patience;
      while (left > 0 && waiting.getAsInt() < run.calls() && !me.isInterrupted()) {
        LockSupport.parkNanos(this, left);
        left = patience - (nanos.getAsLong() - begin);
      }
    } finally {
      first.set(null);
    }
    return true;
  }

  private static int place() {
    return (int) Thread.currentThread().getId() & (PLACES - 1);
  }
}
