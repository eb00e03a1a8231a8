package io.mlops4j.bench;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for what other threads do. */
public final class Waits {
  private static final long MINUTES = 2;
  private static final int SPINS = 10_000;

  private Waits() {}

  /**
   * Returns as soon as a condition holds.
   *
   * @param what names the condition, for the error after two minutes or an interrupt
   */
  public static void until(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(MINUTES);
    for (int spins = 0; !condition.getAsBoolean(); spins++) {
      if (System.nanoTime() > end || Thread.currentThread().isInterrupted()) {
        throw new AssertionError("waited in vain until " + what);
      }
      if (spins < SPINS) {
        Thread.onSpinWait();
      } else {
        LockSupport.parkNanos(100_000); // where processors are few, another thread needs this one
      }
    }
  }

  /** Returns as soon as a thread is in this state. */
  public static void until(Thread thread, Thread.State state) {
    until(
        thread.getName() + " is " + state,
        () -> {
          Thread.State now = thread.getState();
          if (now == Thread.State.TERMINATED && state != now) {
            throw new AssertionError(thread.getName() + " ended before it was " + state);
          }
          return now == state;
        });
  }
}
