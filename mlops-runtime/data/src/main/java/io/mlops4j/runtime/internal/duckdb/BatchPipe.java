package io.mlops4j.runtime.internal.duckdb;

import io.mlops4j.feature.FeatureBatch;
import org.jspecify.annotations.Nullable;

/** Hands batches from one thread to another. At most one waits. */
final class BatchPipe {
  private @Nullable FeatureBatch waiting;
  private boolean ended;
  private @Nullable String broken;

  /** Waits for room, then takes over the batch. */
  synchronized void put(FeatureBatch batch) throws InterruptedException {
    try {
      while (waiting != null && broken == null) {
        wait();
      }
    } catch (InterruptedException e) {
      batch.close();
      throw e;
    }
    if (broken == null) {
      waiting = batch;
      notifyAll();
    } else {
      batch.close(); // the reason is reported by the thread that reads
    }
  }

  /** Waits for a batch, which the caller closes; returns null at the end. */
  synchronized @Nullable FeatureBatch take() throws InterruptedException {
    while (waiting == null && !ended && broken == null) {
      wait();
    }
    if (broken != null) {
      throw new IllegalStateException(broken);
    }
    FeatureBatch taken = waiting;
    waiting = null;
    notifyAll();
    return taken;
  }

  synchronized void end() {
    ended = true;
    notifyAll();
  }

  /** Ends both sides; a batch that waits is closed. */
  synchronized void breakWith(String why) {
    broken = why;
    if (waiting != null) {
      waiting.close();
      waiting = null;
    }
    notifyAll();
  }
}
