package io.mlops4j.runtime.serving;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads of one runtime, each started when it is first needed and ended at close.
 *
 * <p>Deadlines have a thread of their own, see {@link Deadlines}, and so has the telling of calls
 * that nobody took up in time: workers may all be busy then, and what depends on such a call may
 * take its time.
 */
final class RuntimeThreads implements AutoCloseable {
  private static final long IDLE_SECONDS = 30;

  private final ThreadPoolExecutor workers;
  private final ThreadPoolExecutor late;
  private final ThreadPoolExecutor strict;
  private final Deadlines deadlines;
  private final ScheduledThreadPoolExecutor housekeeping;
  private final Set<Thread> started = ConcurrentHashMap.newKeySet();
  private final Set<Thread> strictThreads = ConcurrentHashMap.newKeySet();
  private boolean keeping;

  RuntimeThreads(int workers) {
    this.workers = pool(workers, named("mlops4j-worker", true));
    this.late = pool(1, named("mlops4j-late", false));
    this.strict =
        new ThreadPoolExecutor(
            0,
            Integer.MAX_VALUE, // as many as calls and abandoned runs, which are bounded
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            named("mlops4j-strict", true, strictThreads));
    this.deadlines = new Deadlines(named("mlops4j-deadlines", false));
    this.housekeeping = new ScheduledThreadPoolExecutor(1, named("mlops4j-housekeeping", false));
  }

  private static ThreadPoolExecutor pool(int threads, ThreadFactory named) {
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            threads, threads, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), named);
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  private ThreadFactory named(String name, boolean numbered) {
    return named(name, numbered, started);
  }

  private static ThreadFactory named(String name, boolean numbered, Set<Thread> started) {
    AtomicInteger number = new AtomicInteger();
    return task -> {
      Thread thread = new Thread(task, numbered ? name + "-" + number.incrementAndGet() : name);
      thread.setDaemon(true);
      started.removeIf(one -> one.getState() == Thread.State.TERMINATED);
      started.add(thread);
      return thread;
    };
  }

  /** How many tasks wait for a worker. */
  int queued() {
    return workers.getQueue().size();
  }

  /** Starts a thread for each run that may have to be abandoned, unless one is idle. */
  Executor strict() {
    return strict;
  }

  Executor workers() {
    return workers;
  }

  /** Ends a call when its time is over. */
  Deadlines.Task watch(Cancellation call, Duration deadline) {
    return deadlines.after(deadline, call::expire);
  }

  /** Where asynchronous calls are told that nobody took them up in time. */
  Executor late() {
    return late;
  }

  Deadlines deadlines() {
    return deadlines;
  }

  /** Of a wait; the longest there is where it would not fit. */
  static long nanos(Duration deadline) {
    try {
      return deadline.toNanos();
    } catch (ArithmeticException e) {
      return Long.MAX_VALUE; // longer than 292 years
    }
  }

  /** Whether this thread is one of these. */
  boolean isOwn() {
    return started.contains(Thread.currentThread());
  }

  /** Runs a task again and again; only the first call starts it, and none after close. */
  synchronized void keepHouse(Runnable task, Duration every) {
    if (!keeping) {
      keeping = true;
      Future<?> unused =
          housekeeping.scheduleWithFixedDelay(
              task, every.toNanos(), every.toNanos(), TimeUnit.NANOSECONDS);
    }
  }

  @Override
  public void close() {
    close(true);
  }

  /**
   * Ends every thread and waits until it is gone; what was submitted runs first.
   *
   * @param all whether no run is abandoned, so that threads for such runs end, too
   */
  void close(boolean all) {
    synchronized (this) {
      keeping = true; // a model that is loaded meanwhile starts nothing any more
    }
    workers.shutdown();
    strict.shutdown();
    deadlines.close();
    late.shutdown();
    housekeeping.shutdownNow();
    boolean interrupted = awaitEnd(started);
    if (all) {
      interrupted |= awaitEnd(strictThreads);
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Returns whether this thread was interrupted meanwhile. */
  private static boolean awaitEnd(Set<Thread> threads) {
    boolean interrupted = false;
    for (Thread thread : threads) {
      while (thread.isAlive() && thread != Thread.currentThread()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    return interrupted;
  }
}
