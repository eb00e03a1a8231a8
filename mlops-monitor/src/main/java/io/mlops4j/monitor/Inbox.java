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
 * The hand-off from serving and labelling threads to the monitor's own: in order, bounded in rows.
 *
 * <p>A serving thread is never made to wait: rows that do not fit are refused. A labelling thread
 * waits, as a label that is lost is lost for ever.
 */
final class Inbox {
  /** What is handed over. */
  sealed interface Item {
    int rows();

    /** Frees what the item holds; called exactly once, after handling or instead of it. */
    default void close() {}
  }

  /** Rows that a model answered. */
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

  /** A label and the key or id of its row. */
  record Label(Object key, double value) {}

  /** Labels that came together. */
  record Labels(List<Label> labels, Instant at) implements Item {
    @Override
    public int rows() {
      return labels.size();
    }
  }

  /** A mark: everything before it was handled when it is reached. */
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

  Inbox(long capacity) {
    this.capacity = capacity;
  }

  /** Hands over, or refuses: true means that the inbox closes the item from now on. */
  synchronized boolean offer(Item item) {
    if (closed || !fits(item)) {
      return false;
    }
    push(item);
    return true;
  }

  /** Hands over, waiting for room; false when the inbox is closed. */
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

  /** The next item, waiting for one; null when the inbox is closed and empty. */
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

  /** Refuses everything from now on; what is there is still taken. */
  synchronized void close() {
    closed = true;
    notifyAll();
  }
}
