package io.mlops4j.monitor.internal;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Items from many threads to one, in order and bounded in rows. Thread safe.
 *
 * <p>Waking a thread costs the thread that adds an item more than all else. So the taking thread
 * rests for a moment after it was woken by {@link #offer(Item)}, and further offers do not wake it.
 * It does not rest while the queue is half full, or has an item of {@link #put}.
 *
 * @param <T> the items
 */
public class BoundedQueue<T extends BoundedQueue.Item> {
  /** An item that is handed over. */
  public interface Item {
    /** Returns the number of rows that the item takes of the capacity. */
    int rows();

    /** Frees the memory of the item. Called exactly once, after handling or instead of it. */
    default void close() {}
  }

  private final Deque<T> items = new ArrayDeque<>();
  private final long capacity;
  private final long restNanos;
  private boolean idle; // the taking thread waits for an item
  private boolean urgent; // an item was put
  private long rows;
  private boolean closed;

  /**
   * @param capacity in rows; a larger item is accepted if nothing else is there
   */
  public BoundedQueue(long capacity) {
    this(capacity, 0);
  }

  /**
   * @param capacity in rows; a larger item is accepted if nothing else is there
   * @param restNanos how long the taking thread rests; 0 for not at all
   */
  public BoundedQueue(long capacity, long restNanos) {
    this.capacity = capacity;
    this.restNanos = restNanos;
  }

  /** Returns the number of rows of the items that were not taken. */
  public synchronized long rows() {
    return rows;
  }

  /**
   * Adds an item if there is room, and returns whether it did. If so, the thread that takes the
   * item closes it.
   */
  public synchronized boolean offer(T item) {
    if (closed || !fits(item)) {
      return false;
    }
    push(item);
    wake();
    return true;
  }

  private void wake() {
    if (idle || isHalfFull()) {
      idle = false;
      notifyAll();
    }
  }

  /** Notes that rows were added to an item that is here; the caller holds the lock. */
  protected final void grew(int more) {
    rows += more;
    wake();
  }

  /** Whether an item of this number of rows fits; the caller holds the lock. */
  protected final boolean fits(int more) {
    return rows == 0 || rows + more <= capacity;
  }

  /** Adds an item, waiting for room; false if the queue is closed. */
  public synchronized boolean put(T item) throws InterruptedException {
    while (!closed && !fits(item)) {
      wait();
    }
    if (!closed) {
      push(item);
      urgent = true;
      notifyAll();
    }
    return !closed;
  }

  /** Adds an item, waiting for room for at most this time; false if there was no room. */
  public synchronized boolean offer(T item, long nanos) throws InterruptedException {
    long end = System.nanoTime() + nanos;
    while (!closed && !fits(item)) {
      long left = end - System.nanoTime();
      if (left <= 0) {
        return false;
      }
      TimeUnit.NANOSECONDS.timedWait(this, left);
    }
    return offer(item);
  }

  private boolean fits(T item) {
    return fits(item.rows());
  }

  private boolean isHalfFull() {
    return 2 * rows >= capacity;
  }

  /** Adds an item; the caller holds the lock. */
  protected void push(T item) {
    items.add(item);
    rows += item.rows();
  }

  /** Takes the next item, waiting for one; null if the queue is closed and empty. */
  public @Nullable T take() {
    return take(Long.MAX_VALUE);
  }

  /**
   * Takes the next item, waiting for at most this time; null if no item arrived, or if the queue is
   * closed and empty. An interrupt does not end the wait, because only {@link #close} ends the
   * taking thread.
   */
  public synchronized @Nullable T take(long nanos) {
    boolean interrupted = false;
    if (items.isEmpty() && !closed) {
      idle = true;
      interrupted = await(nanos, () -> items.isEmpty());
      idle = false;
      interrupted |= await(restNanos, () -> !items.isEmpty() && !urgent && !isHalfFull());
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    T item = items.poll();
    if (item != null) {
      rows -= item.rows();
      urgent &= !items.isEmpty();
      notifyAll();
    }
    return item;
  }

  /** Waits for at most this time while a condition holds; returns whether it was interrupted. */
  private synchronized boolean await(long nanos, BooleanSupplier condition) {
    boolean interrupted = false;
    long start = System.nanoTime();
    for (long left = nanos; left > 0 && !closed && condition.getAsBoolean(); ) {
      try {
        TimeUnit.NANOSECONDS.timedWait(this, left);
      } catch (InterruptedException e) {
        interrupted = true;
      }
      left = nanos - (System.nanoTime() - start);
    }
    return interrupted;
  }

  /** Rejects every later item. Items that are already here can still be taken. */
  public synchronized void close() {
    closed = true;
    notifyAll();
  }

  public synchronized boolean isClosed() {
    return closed;
  }

  /** Whether the queue is closed and every item was taken. */
  public synchronized boolean hasEnded() {
    return closed && items.isEmpty();
  }
}
