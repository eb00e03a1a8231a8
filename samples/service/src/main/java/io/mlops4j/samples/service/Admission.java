package io.mlops4j.samples.service;

import io.mlops4j.samples.service.inference.Problem;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Limits the calls that run or wait at a time, over all transports, and knows when the last one has
 * ended. Thread safe.
 */
final class Admission {
  private final int most;
  private final Semaphore free;
  private volatile boolean stopping;

  Admission(int most) {
    this.most = most;
    this.free = new Semaphore(most);
  }

  /** Admits a call, which must {@link #leave}. */
  void enter() {
    if (stopping) {
      throw new Problem(Problem.Kind.UNAVAILABLE, "the service is stopping");
    }
    if (!free.tryAcquire()) {
      throw Problem.overloaded();
    }
  }

  void leave() {
    free.release();
  }

  int most() {
    return most;
  }

  int running() {
    return most - free.availablePermits();
  }

  boolean isStopping() {
    return stopping;
  }

  /** Admits no further call, and waits for those that run. */
  boolean drain(Duration patience) {
    stopping = true;
    try {
      boolean drained = free.tryAcquire(most, patience.toNanos(), TimeUnit.NANOSECONDS);
      if (drained) {
        free.release(most);
      }
      return drained;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
