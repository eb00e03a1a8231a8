package io.mlops4j.runtime.registry.store;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One thread that looks again and again at what a registry watches and holds. It starts with the
 * first look that is asked for, and ends with {@link #close}.
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
   * Looks at once and then at every interval, until it is cancelled. A look that throws is not made
   * again.
   */
  synchronized Future<?> every(Runnable look) {
    if (closed) {
      throw new IllegalStateException("the registry is closed");
    }
    if (executor == null) {
      executor = new ScheduledThreadPoolExecutor(1, this::start);
      executor.setRemoveOnCancelPolicy(true);
    }
    return executor.scheduleWithFixedDelay(look, 0, interval.toNanos(), TimeUnit.NANOSECONDS);
  }

  static void cancel(@Nullable Future<?> looks) {
    if (looks != null) {
      looks.cancel(false);
    }
  }

  private Thread start(Runnable looks) {
    Thread started = new Thread(looks, "mlops4j-registry-" + NUMBER.incrementAndGet());
    started.setDaemon(true);
    thread = started;
    return started;
  }

  /** Waits for a look that has begun, unless that look asks. */
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
