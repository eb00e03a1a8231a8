package io.mlops4j.runtime.registry.store;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Repeats the tasks of a registry's watches and leases on one thread. The thread starts with the
 * first task and ends with {@link #close}.
 */
final class Poller implements AutoCloseable {
  private static final AtomicInteger NUMBER = new AtomicInteger();

  private final Duration interval;
  private @Nullable ScheduledThreadPoolExecutor executor;
  private volatile @Nullable Thread thread;
  private boolean closed;

  Poller(Duration interval) {
    this.interval = interval;
  }

  /**
   * Runs a task at once and then after every interval, until it is cancelled. A task that throws is
   * not repeated.
   */
  synchronized Future<?> every(Runnable task) {
    if (closed) {
      throw new IllegalStateException("the registry is closed");
    }
    if (executor == null) {
      executor = new ScheduledThreadPoolExecutor(1, this::start);
      executor.setRemoveOnCancelPolicy(true);
    }
    return executor.scheduleWithFixedDelay(task, 0, interval.toNanos(), TimeUnit.NANOSECONDS);
  }

  static void cancel(@Nullable Future<?> task) {
    if (task != null) {
      task.cancel(false);
    }
  }

  private Thread start(Runnable tasks) {
    Thread started = new Thread(tasks, "mlops4j-registry-" + NUMBER.incrementAndGet());
    started.setDaemon(true);
    thread = started;
    return started;
  }

  /** Waits for a running task, unless called from that task. */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      if (executor == null) {
        return;
      }
      executor.shutdown();
    }
    Thread running = thread;
    if (running != null && running != Thread.currentThread()) {
      try {
        running.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
