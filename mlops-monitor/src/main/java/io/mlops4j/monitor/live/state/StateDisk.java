package io.mlops4j.monitor.live.state;

import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Waits for the disk in a thread of its own, so that the monitor's thread goes on: a disk under
 * load takes seconds to force a large snapshot. One piece of work at a time. The monitor's thread
 * starts work and handles its outcome.
 */
public final class StateDisk implements AutoCloseable {
  private static final String NAME = "mlops4j-monitor-state";
  private static final long IDLE_SECONDS = 5;

  /** Writes or forces files. */
  public interface Work {
    void run() throws IOException;
  }

  /** Work, and what the monitor's thread does after it. */
  private record Started(FutureTask<Void> task, Runnable then, Consumer<Exception> failed) {}

  private final @Nullable ExecutorService thread;
  private @Nullable Started started;

  /**
   * @param apart false if the calling thread waits for the disk
   */
  public StateDisk(boolean apart) {
    this(apart ? thread() : null);
  }

  /**
   * @param thread runs the work; null for the calling thread
   */
  StateDisk(@Nullable ExecutorService thread) {
    this.thread = thread;
  }

  private static ThreadPoolExecutor thread() {
    ThreadPoolExecutor one =
        new ThreadPoolExecutor(
            1,
            1,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            work -> {
              Thread made = new Thread(work, NAME);
              made.setDaemon(true);
              return made;
            });
    one.allowCoreThreadTimeOut(true);
    return one;
  }

  /**
   * Starts work. There must be no other.
   *
   * @param then called by {@link #finish} or {@link #await} after work that succeeded
   * @param failed called in its place after work that failed
   */
  public void start(Work work, Runnable then, Consumer<Exception> failed) {
    FutureTask<Void> task =
        new FutureTask<>(
            () -> {
              work.run();
              return null;
            });
    started = new Started(task, then, failed);
    if (thread == null || !isTaken(thread, task)) {
      task.run();
      await();
    }
  }

  /** False if there can be no thread now, for example because memory ran out. */
  private static boolean isTaken(ExecutorService thread, Runnable task) {
    try {
      thread.execute(task);
      return true;
    } catch (RuntimeException | Error e) {
      return false;
    }
  }

  /** Whether there is work whose outcome was not handled. */
  public boolean isBusy() {
    return started != null;
  }

  /** Handles the outcome of work that has ended. */
  public void finish() {
    if (started != null && started.task().isDone()) {
      await();
    }
  }

  /** Waits for the end of the work, and handles its outcome. */
  public void await() {
    Started last = started;
    if (last == null) {
      return;
    }
    Exception failure = outcome(last.task());
    started = null;
    if (failure == null) {
      last.then().run();
    } else {
      last.failed().accept(failure);
    }
  }

  private static @Nullable Exception outcome(FutureTask<Void> task) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          task.get();
          return null;
        } catch (ExecutionException e) {
          return e.getCause() instanceof Exception failure ? failure : e;
        } catch (InterruptedException e) {
          interrupted = true; // the files must be whole
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public void close() {
    await();
    if (thread != null) {
      thread.shutdown();
    }
  }
}
