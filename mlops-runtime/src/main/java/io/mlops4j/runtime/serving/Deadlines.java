package io.mlops4j.runtime.serving;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does something when a time is over that nearly never is: ends calls at their deadline. Thread
 * safe.
 *
 * <p>A timer that keeps its tasks in order wakes its thread for each that becomes the first, which
 * costs a call more than a small model. Here a task is linked into a list, and taken out when the
 * call has ended; the thread is woken only for a task that is due before the thread would look by
 * itself. It looks through all of them then, which are as many as there are calls.
 *
 * <p>The thread starts with the first task, and nothing else ever runs on it: whatever a listener
 * does must not keep a call from being ended.
 */
final class Deadlines implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Deadlines.class);
  private static final long NEVER = Long.MAX_VALUE;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition sooner = lock.newCondition();
  private final Task head = new Task(() -> {}, NEVER);
  private final ThreadFactory threads;
  private long looksAt = NEVER;
  private boolean started;
  private boolean closed;

  Deadlines(ThreadFactory threads) {
    this.threads = threads;
    head.previous = head;
    head.next = head;
  }

  /** Something to be done, until it is cancelled. */
  final class Task {
    private final Runnable action;
    private final long due;
    private Task previous;
    private Task next;

    private Task(Runnable action, long due) {
      this.action = action;
      this.due = due;
      this.previous = this;
      this.next = this;
    }

    /** Keeps it from being done, unless that has begun. */
    void cancel() {
      lock.lock();
      try {
        unlink();
      } finally {
        lock.unlock();
      }
    }

    private void unlink() {
      previous.next = next;
      next.previous = previous;
      previous = this;
      next = this;
    }
  }

  /** Does something short when a time is over; does nothing after close. */
  Task after(Duration time, Runnable action) {
    long now = System.nanoTime();
    long due = now + RuntimeThreads.nanos(time);
    Task task = new Task(action, due < now ? NEVER : due);
    lock.lock();
    try {
      if (closed) {
        return task;
      }
      task.next = head;
      task.previous = head.previous;
      head.previous.next = task;
      head.previous = task;
      if (task.due < looksAt) {
        looksAt = task.due;
        if (started) {
          sooner.signal();
        } else {
          started = true;
          threads.newThread(this::run).start();
        }
      }
    } finally {
      lock.unlock();
    }
    return task;
  }

  private void run() {
    for (List<Task> due = next(); due != null; due = next()) {
      due.forEach(task -> guarded(task.action));
    }
  }

  /** Whatever one of them does, the deadlines of others are kept. */
  private static void guarded(Runnable action) {
    try {
      action.run();
    } catch (RuntimeException | Error e) {
      LOG.warn("a call could not be ended at its deadline", e);
    }
  }

  /** What is to be done now, perhaps nothing; null at the end. */
  private @Nullable List<Task> next() {
    lock.lock();
    try {
      while (!closed) {
        long left = looksAt == NEVER ? NEVER : looksAt - System.nanoTime();
        if (left <= 0) {
          return takeDue();
        }
        long unused = sooner.awaitNanos(left);
      }
      return null;
    } catch (InterruptedException e) {
      return List.of(); // nobody interrupts it for a reason; it ends with close
    } finally {
      lock.unlock();
    }
  }

  private List<Task> takeDue() {
    long now = System.nanoTime();
    List<Task> due = new ArrayList<>();
    long earliest = NEVER;
    for (Task task = head.next; task != head; ) {
      Task following = task.next;
      if (task.due <= now) {
        task.unlink();
        due.add(task);
      } else {
        earliest = Math.min(earliest, task.due);
      }
      task = following;
    }
    looksAt = earliest;
    return due;
  }

  /** How many tasks wait. */
  int waiting() {
    lock.lock();
    try {
      int count = 0;
      for (Task task = head.next; task != head; task = task.next) {
        count++;
      }
      return count;
    } finally {
      lock.unlock();
    }
  }

  /** Ends the thread; what waits is never done. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      sooner.signal();
    } finally {
      lock.unlock();
    }
  }
}
