package io.mlops4j.runtime.deployment;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A thread that looks at the aliases (a registry's own watch would tell of them in the one thread
 * that also renews leases, which must not wait while a model loads), and threads in which models
 * that were swapped out wait for their last call: a call without an end must not stop the
 * following, and a rollback from within a call must not wait for itself.
 */
final class DeploymentThreads implements Executor {
  private static final Logger LOG = LoggerFactory.getLogger(Deployment.class);

  private final String ref;
  private final Set<Thread> own = ConcurrentHashMap.newKeySet();
  private final Set<Thread> started = ConcurrentHashMap.newKeySet();
  private final ScheduledThreadPoolExecutor poller;
  private final ThreadPoolExecutor drains;
  private boolean failing;

  DeploymentThreads(String ref) {
    this.ref = ref;
    poller = new ScheduledThreadPoolExecutor(1, named("mlops4j-deployment-" + ref));
    drains =
        new ThreadPoolExecutor(
            0,
            Integer.MAX_VALUE,
            1,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            named("mlops4j-deployment-drain-" + ref));
  }

  private ThreadFactory named(String name) {
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

  void every(Duration interval, Runnable poll) {
    long nanos = interval.toNanos();
    Future<?> unused =
        poller.scheduleWithFixedDelay(() -> guarded(poll), nanos, nanos, TimeUnit.NANOSECONDS);
  }

  /** A registry that cannot be read now is no reason to stop looking; said once. */
  private void guarded(Runnable poll) {
    try {
      poll.run();
      failing = false;
    } catch (RuntimeException | Error e) {
      if (!failing && !poller.isShutdown()) {
        LOG.warn("{}: cannot be looked at; what serves stays, and it is tried again", ref, e);
      }
      failing = true;
    }
  }

  @Override
  public void execute(Runnable drain) {
    drains.execute(drain);
  }

  /** Looks no more; a look that has begun is ended. */
  void stop() {
    poller.shutdown();
  }

  /** Waits until every thread is gone, except for one that asks itself. */
  void await() {
    drains.shutdown();
    if (own.contains(Thread.currentThread())) {
      return;
    }
    try {
      drains.awaitTermination(Long.MAX_VALUE, TimeUnit.NANOSECONDS);
      poller.awaitTermination(Long.MAX_VALUE, TimeUnit.NANOSECONDS);
      for (Thread thread : started) {
        thread.join(); // a pool has ended a moment before its last thread has
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
