package io.mlops4j.runtime.serving;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.internal.BatchLending;
import io.mlops4j.runtime.serving.call.Calls;
import io.mlops4j.runtime.serving.threads.UninterruptibleWait;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Runs tasks of one call in the caller's thread and in idle workers. The caller never waits for a
 * worker to begin: a task that no worker has begun is run by the caller. Thread safe.
 */
final class SideBySide {
  private final CallContext context;
  private final Calls calls;

  /**
   * @param calls the calls of the composition, each of which occupies a thread
   */
  SideBySide(CallContext context, Calls calls) {
    this.context = context;
    this.calls = calls;
  }

  /**
   * Runs every task, and returns when all have ended.
   *
   * @param batch the rows, for the caller's thread; workers get handles of their own
   * @param end lets others end the call; null if nobody can
   * @throws RuntimeException that of the first task that failed, by number; tasks that had not
   *     begun then did not run
   */
  void run(int tasks, FeatureBatch batch, @Nullable Cancellation end, ComposedCall.Task task) {
    Work work = new Work(tasks, batch, end, task);
    for (int i = 0; i < helpers(tasks); i++) {
      try {
        context.threads().workers().execute(work::help);
      } catch (RuntimeException | Error e) {
        break; // closed, or no thread can start: the caller does it all
      }
    }
    work.run(batch);
    work.awaitOthers();
  }

  /** None while workers are busy: helping would only delay other calls. */
  private int helpers(int tasks) {
    int idle = context.threads().workerCount() - calls.running();
    return context.threads().queued() > 0 ? 0 : Math.min(tasks - 1, idle);
  }

  private final class Work {
    private final FeatureBatch batch;
    private final @Nullable Cancellation end;
    private final ComposedCall.Task task;
    private final int tasks;
    private final AtomicInteger next = new AtomicInteger();
    private final CountDownLatch left;
    private final AtomicReferenceArray<@Nullable Throwable> failures;
    private volatile boolean failed;

    Work(int tasks, FeatureBatch batch, @Nullable Cancellation end, ComposedCall.Task task) {
      this.tasks = tasks;
      this.batch = batch;
      this.end = end;
      this.task = task;
      this.left = new CountDownLatch(tasks);
      this.failures = new AtomicReferenceArray<>(tasks);
    }

    /** A worker that begins too late finds no task, and must not touch the batch. */
    void help() {
      int first = next.getAndIncrement();
      if (first >= tasks) {
        return;
      }
      if (end != null) {
        context.outer().set(end);
      }
      context.inside().enter(calls); // members must not wait for a worker: all may be here
      int ended = 1;
      try (FeatureBatch own = lent(first)) {
        if (own != null) {
          ended = run(first, own);
        }
      } finally { // after the rows were given back, which the caller may close then
        context.inside().leave();
        if (end != null) {
          context.outer().set(null);
        }
        ended(ended);
      }
    }

    /** Returns null if the rows cannot be held, which fails the task that was to read them. */
    private @Nullable FeatureBatch lent(int task) {
      try {
        return BatchLending.lend(batch, context.allocator());
      } catch (RuntimeException | Error e) { // such as a batch that was closed meanwhile
        fail(task, e);
        return null;
      }
    }

    private void fail(int task, Throwable e) {
      failures.set(task, e);
      failed = true;
    }

    void run(FeatureBatch rows) {
      ended(run(next.getAndIncrement(), rows));
    }

    /** Returns the number of tasks that ended. */
    private int run(int first, FeatureBatch rows) {
      int ended = 0;
      for (int i = first; i < tasks; i = next.getAndIncrement()) {
        try {
          if (!failed) {
            task.run(i, rows);
          }
        } catch (Throwable e) {
          fail(i, e);
        }
        ended++;
      }
      return ended;
    }

    private void ended(int some) {
      for (int i = 0; i < some; i++) {
        left.countDown();
      }
    }

    void awaitOthers() {
      UninterruptibleWait.uninterruptibly(left);
      for (int i = 0; i < tasks; i++) {
        Throwable failure = failures.get(i);
        if (failure instanceof Error error) {
          throw error;
        }
        if (failure != null) {
          throw (RuntimeException) failure;
        }
      }
    }
  }
}
