package io.mlops4j.runtime.deployment.alias;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * The thread that calls a challenger. Thread safe.
 *
 * <p>Waking a thread costs a caller more than all else. So the thread looks every few milliseconds
 * while calls keep coming, and a caller wakes it only if the queue is half full meanwhile, or if no
 * call came for a while.
 */
final class ShadowThread {
  private static final long REST = TimeUnit.MILLISECONDS.toNanos(2);

  /** After so many rests without a call, the thread sleeps until a caller wakes it. */
  private static final int RESTS = 25;

  private static final int BUSY = 0;
  private static final int RESTING = 1;
  private static final int ASLEEP = 2;
  private static final int STOPPED = 3;

  private final AtomicInteger state = new AtomicInteger();
  private final Work work;
  private final Thread thread;

  /** The work of the thread. */
  interface Work {
    /** Does one piece of it; false if there is none. */
    boolean next();

    boolean isEmpty();

    /** Whether it must not wait any longer. */
    boolean isUrgent();

    /** Called once, after the last piece. */
    void end();
  }

  ShadowThread(String name, Work work) {
    this.work = work;
    thread = new Thread(this::run, name);
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  private void run() {
    int quiet = 0;
    while (state.get() != STOPPED) {
      if (work.next()) {
        quiet = 0;
      } else {
        quiet = Math.min(quiet + 1, RESTS);
        rest(quiet < RESTS ? RESTING : ASLEEP);
      }
    }
    work.end();
  }

  /** A call that is added after the state was set sees it; one that was added before is seen. */
  private void rest(int how) {
    if (state.compareAndSet(BUSY, how)) {
      if (work.isEmpty() && how == RESTING) {
        LockSupport.parkNanos(this, REST);
      } else if (work.isEmpty()) {
        LockSupport.park(this);
      }
      state.compareAndSet(how, BUSY);
    }
  }

  /** Makes sure that work is done which was added just now. */
  void wake() {
    int now = state.get();
    if ((now == ASLEEP || (now == RESTING && work.isUrgent())) && state.compareAndSet(now, BUSY)) {
      LockSupport.unpark(thread);
    }
  }

  /** Lets the thread end after the piece of work that it does. */
  void stop() {
    state.set(STOPPED);
    LockSupport.unpark(thread);
  }

  /** Waits for the end of the thread, unless it is this thread. */
  void join() {
    try {
      if (thread != Thread.currentThread()) {
        thread.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
