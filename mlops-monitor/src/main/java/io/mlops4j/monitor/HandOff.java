package io.mlops4j.monitor;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.PredictionId;
import io.mlops4j.inference.ServedBy;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * The hand-off from serving and labelling threads to the monitor's thread, in order and bounded in
 * rows.
 *
 * <p>A serving thread never waits: rows that do not fit are rejected. A labelling thread waits,
 * because a lost label never comes again.
 */
final class HandOff {
  /** An item that is handed over. */
  sealed interface Item {
    int rows();

    /** Frees the memory of the item. Called exactly once, after handling or instead of it. */
    default void close() {}
  }

  /** The rows of a call and the answers; ids only if labels are joined by prediction id. */
  record Answered(
      ServedBy servedBy,
      boolean shadow,
      FeatureBatch features,
      FeatureBatch outputs,
      @Nullable List<PredictionId> ids,
      Instant at)
      implements Item {
    @Override
    public int rows() {
      return features.rows();
    }

    @Override
    public void close() {
      features.close();
      outputs.close();
    }
  }

  /** A label with the key or id of its row. */
  record Label(Object key, double value) {}

  /** Labels that were added together. */
  record Labels(List<Label> labels, Instant at) implements Item {
    @Override
    public int rows() {
      return labels.size();
    }
  }

  /** A mark. When it is reached, everything before it has been handled. */
  record Mark(CountDownLatch reached) implements Item {
    @Override
    public int rows() {
      return 0;
    }

    @Override
    public void close() {
      reached.countDown();
    }
  }

  private final Deque<Item> items = new ArrayDeque<>();
  private final long capacity;
  private long rows;
  private boolean closed;

  HandOff(long capacity) {
    this.capacity = capacity;
  }

  /** Adds an item if there is room. If true, the monitor's thread closes the item. */
  synchronized boolean offer(Item item) {
    if (closed || !fits(item)) {
      return false;
    }
    push(item);
    return true;
  }

  /** Adds an item, waiting for room; false if the hand-off is closed. */
  synchronized boolean put(Item item) throws InterruptedException {
    while (!closed && !fits(item)) {
      wait();
    }
    if (!closed) {
      push(item);
    }
    return !closed;
  }

  private boolean fits(Item item) {
    return rows == 0 || rows + item.rows() <= capacity;
  }

  private void push(Item item) {
    items.add(item);
    rows += item.rows();
    notifyAll();
  }

  /** Takes the next item, waiting for one; null if the hand-off is closed and empty. */
  synchronized @Nullable Item take() {
    boolean interrupted = false;
    try {
      while (items.isEmpty() && !closed) {
        try {
          wait();
        } catch (InterruptedException e) {
          interrupted = true; // only close() ends the monitor's thread
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
    Item item = items.poll();
    if (item != null) {
      rows -= item.rows();
      notifyAll();
    }
    return item;
  }

  /** Rejects every later item. Items that are already here can still be taken. */
  synchronized void close() {
    closed = true;
    notifyAll();
  }
}
