package io.mlops4j.runtime.deployment.alias;

import io.mlops4j.runtime.deployment.Deployment;
import io.mlops4j.runtime.serving.threads.RuntimeThreads;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads of a deployment: a timer that never waits, threads for work that may hang, such as a
 * registry call or a trial, and threads that close models that were swapped out. So work that hangs
 * does not stop the deployment, and a rollback from inside a call does not wait for that call.
 */
final class DeploymentThreads implements Executor, Timer {
  private static final Logger LOG = LoggerFactory.getLogger(Deployment.class);

  /** The longest time that closing waits for threads that may hang. */
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private final Set<Thread> own = ConcurrentHashMap.newKeySet();
  private final Set<Thread> joined = ConcurrentHashMap.newKeySet();
  private final Set<Thread> trying = ConcurrentHashMap.newKeySet();
  private final ScheduledThreadPoolExecutor clock;
  private final ThreadPoolExecutor drains;
  private final ThreadPoolExecutor attempts;

  DeploymentThreads(String ref) {
    clock = new ScheduledThreadPoolExecutor(1, named("mlops4j-deployment-" + ref, joined));
    clock.setRemoveOnCancelPolicy(true);
    clock.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    drains = cached(named("mlops4j-deployment-drain-" + ref, joined));
    attempts = cached(named("mlops4j-deployment-try-" + ref, trying));
  }

  private static ThreadPoolExecutor cached(ThreadFactory threads) {
    return new ThreadPoolExecutor(
        0, Integer.MAX_VALUE, 1, TimeUnit.SECONDS, new SynchronousQueue<>(), threads);
  }

  private ThreadFactory named(String name, Set<Thread> started) {
    AtomicInteger number = new AtomicInteger();
    return task -> {
      Thread thread = new Thread(() -> asOwn(task), name + "-" + number.incrementAndGet());
      thread.setDaemon(true);
      started.removeIf(one -> one.getState() == Thread.State.TERMINATED);
      started.add(thread);
      return thread;
    };
  }

  private void asOwn(Runnable task) {
    own.add(Thread.currentThread());
    try {
      task.run();
    } finally {
      own.remove(Thread.currentThread());
    }
  }

  void every(Duration interval, Runnable tick) {
    long nanos = RuntimeThreads.nanos(interval);
    Future<?> unused =
        clock.scheduleWithFixedDelay(() -> tolerantly(tick), nanos, nanos, TimeUnit.NANOSECONDS);
  }

  /** The timer would never run a task again that threw. */
  private static void tolerantly(Runnable tick) {
    try {
      tick.run();
    } catch (RuntimeException | Error e) {
      LOG.warn("a deployment could not follow its alias, and tries again", e);
    }
  }

  @Override
  public Runnable after(Duration delay, Runnable task) {
    try {
      Future<?> later = clock.schedule(task, RuntimeThreads.nanos(delay), TimeUnit.NANOSECONDS);
      return () -> later.cancel(false);
    } catch (RejectedExecutionException closed) {
      return () -> {};
    }
  }

  @Override
  public void execute(Runnable drain) {
    drains.execute(drain);
  }

  /**
   * Runs work that may hang.
   *
   * @throws RejectedExecutionException after {@link #await}, or with {@link #noThread}
   */
  void attempt(Runnable task) {
    try {
      attempts.execute(task);
    } catch (OutOfMemoryError e) {
      throw new RejectedExecutionException("no thread can be started", e);
    }
  }

  /** Why no thread could be started; null if the work was rejected for another reason. */
  static @Nullable OutOfMemoryError noThread(RejectedExecutionException rejected) {
    return rejected.getCause() instanceof OutOfMemoryError error ? error : null;
  }

  /** Whether this is one of the threads. */
  boolean isOwn() {
    return own.contains(Thread.currentThread());
  }

  /** Stops the timer. */
  void stop() {
    clock.shutdown();
  }

  /**
   * Waits until every thread has ended, unless it is called on one of them. Waits at most a second
   * for threads that may hang.
   */
  void await() {
    drains.shutdown();
    attempts.shutdown();
    if (isOwn()) {
      return;
    }
    try {
      long end = System.nanoTime() + PATIENCE.toNanos();
      for (Thread thread : trying) {
        TimeUnit.NANOSECONDS.timedJoin(thread, end - System.nanoTime());
      }
      for (Thread thread : joined) {
        thread.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
