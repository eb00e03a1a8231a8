package io.mlops4j.runtime.serving;

import java.util.concurrent.CountDownLatch;

/** Waits that an interrupt cannot end, as freeing memory under a running call ends the process. */
final class Waiting {
  private Waiting() {}

  static void uninterruptibly(CountDownLatch latch) {
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
}
