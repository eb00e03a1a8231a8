package io.mlops4j.runtime.serving.threads;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Waits that an interrupt does not end. Otherwise the memory of a running call would be freed,
 * which would crash the process. An interrupt is kept for the caller.
 */
public final class UninterruptibleWait {
  private UninterruptibleWait() {}

  /**
   * Waits for a latch.
   *
   * @param latch counted down by other threads
   */
  public static void uninterruptibly(CountDownLatch latch) {
    boolean interrupted = false;
    while (true) {
      try {
        latch.await();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Waits for the end of a thread.
   *
   * @param thread the thread
   * @param limit the longest wait
   */
  public static void uninterruptibly(Thread thread, Duration limit) {
    boolean interrupted = false;
    long end = System.nanoTime() + limit.toNanos();
    for (long left = limit.toNanos(); left > 0; left = end - System.nanoTime()) {
      try {
        TimeUnit.NANOSECONDS.timedJoin(thread, left);
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
