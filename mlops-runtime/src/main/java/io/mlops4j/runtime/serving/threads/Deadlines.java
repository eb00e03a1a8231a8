package io.mlops4j.runtime.serving.threads;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * A timer for tasks that are nearly always cancelled before they are due: it ends calls at their
 * deadlines. Thread safe.
 *
 * <p>A timer with sorted tasks wakes its thread for each task that becomes the first. That costs a
 * call more than a small model does. This timer links a task into a list, and unlinks it when the
 * call has ended. It wakes its thread only for a task that is due before the thread would wake by
 * itself. The thread then visits all tasks, one for each call.
 *
 * <p>The thread starts with the first task. It runs no other code, because a slow listener must not
 * delay the end of a call.
 */
public final class Deadlines implements AutoCloseable {
  private static final long NEVER = Long.MAX_VALUE;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition sooner = lock.newCondition();
  private final Task head = new Task(() -> {}, NEVER);
  private final ThreadFactory threads;
  private long looksAt = NEVER;
  private boolean started;
  private boolean closed;

  /**
   * Starts no thread yet.
   *
   * @param threads creates the only thread
   */
  public Deadlines(ThreadFactory threads) {
    this.threads = threads;
    head.previous = head;
    head.next = head;
  }

  /** A task that runs when it is due, unless it is cancelled before. */
  public final class Task {
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

    /** Cancels the task, unless it has begun. */
    public void cancel() {
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

  /**
   * Schedules a short task; does nothing after close.
   *
   * @param time the delay
   * @param action runs on the timer's thread
   * @return the task, which the caller cancels
   */
  public Task after(Duration time, Runnable action) {
    long now = System.nanoTime();
    long due = now + RuntimeThreads.nanos(time);
    Task task = new Task(action, due < now ? NEVER : due);
    lock.lock();
    try {
      if (closed) {
        return task;
      }
      if (task.due < looksAt) {
        if (started) {
          sooner.signal();
        } else {
          threads.newThread(this::run).start(); // if it fails, the next task tries again
          started = true;
        }
        looksAt = task.due;
      }
      task.next = head;
      task.previous = head.previous;
      head.previous.next = task;
      head.previous = task;
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

  /** A task that fails does not delay others. */
  private static void guarded(Runnable action) {
    try {
      action.run();
    } catch (RuntimeException | Error e) {
      LoggerFactory.getLogger(Deadlines.class).warn("a call could not be ended at its deadline", e);
    }
  }

  /** Waits for tasks that are due; the list may be empty, and is null at the end. */
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
      return List.of(); // an interrupt has no meaning here, because close ends the thread
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

  /** {@return the number of tasks that are scheduled; 0 or more} */
  public int waiting() {
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

  /** Ends the thread; tasks that are scheduled never run. */
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
