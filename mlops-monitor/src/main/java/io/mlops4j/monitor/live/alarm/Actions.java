package io.mlops4j.monitor.live.alarm;

import io.mlops4j.internal.Spans;
import io.mlops4j.monitor.internal.Failures;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Runs the actions of the application, one after the other, on threads of their own, so that an
 * action that blocks does not hold up the monitor. An action that takes longer than its limit is
 * interrupted and counted as a failure, and the next action runs. Thread safe.
 */
public final class Actions {
  private static final int MOST_WAITING = 1_000;

  /** Bounds the threads of actions that ignore their interrupt. */
  private static final int MOST_STUCK = 8;

  /**
   * An action that takes longer is not waited for by {@link #flush}. A rollback on a busy machine
   * takes seconds: it writes, loads and tests a version.
   */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private static final long POLL_MILLIS = 20;

  /** A mark of {@link #flush}, or one that wakes the dispatcher. */
  private record Mark(CountDownLatch reached) implements Runnable {
    @Override
    public void run() {
      reached.countDown();
    }
  }

  private final Duration limit;
  private final long nanos;
  private final long patienceNanos;
  private final Failures failures;
  private final BlockingQueue<Runnable> waiting = new LinkedBlockingQueue<>(MOST_WAITING);
  private final Set<Mark> flushes = ConcurrentHashMap.newKeySet();
  private final Set<Thread> running = ConcurrentHashMap.newKeySet();
  private final Thread dispatcher = thread(this::dispatch, "mlops4j-monitor-actions");
  private final ExecutorService workers =
      new ThreadPoolExecutor(
          0,
          MOST_STUCK,
          1,
          TimeUnit.SECONDS,
          new SynchronousQueue<>(),
          work -> thread(work, "mlops4j-monitor-action"));
  private volatile boolean closed;
  private volatile @Nullable Long begun; // nanoseconds, of the action that runs

  public Actions(Duration limit, Failures failures) {
    this(limit, PATIENCE, failures);
  }

  Actions(Duration limit, Duration patience, Failures failures) {
    this.limit = limit;
    this.patienceNanos = patience.toNanos();
    this.nanos = TimeUnit.NANOSECONDS.convert(limit); // the largest long if they do not fit
    this.failures = failures;
  }

  private static Thread thread(Runnable work, String name) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    return thread;
  }

  public void start() {
    dispatcher.start();
  }

  /** Whether the current thread runs an action. */
  boolean isCurrent() {
    return running.contains(Thread.currentThread());
  }

  /** Queues an action; never waits. */
  void run(Runnable action) {
    if (!waiting.offer(() -> await(action))) {
      failures.add(
          "an action was dropped, because " + MOST_WAITING + " wait for one that takes too long",
          new TimeoutException());
    }
  }

  private void dispatch() {
    try {
      while (!closed || !waiting.isEmpty()) {
        Runnable next = waiting.take();
        failures.guard("an action could not be started", next);
      }
    } catch (InterruptedException e) {
      workers.shutdownNow(); // the dispatcher is closed, and its time has passed
    }
  }

  private void await(Runnable action) {
    begun = System.nanoTime();
    try {
      runWithin(action);
    } finally {
      begun = null;
    }
  }

  private void runWithin(Runnable action) {
    Future<?> run =
        workers.submit(
            () -> {
              running.add(Thread.currentThread());
              try {
                action.run();
              } finally {
                running.remove(Thread.currentThread());
              }
            });
    try {
      run.get(nanos, TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      failures.add("an action failed", Objects.requireNonNull(e.getCause()));
    } catch (TimeoutException e) {
      run.cancel(true);
      failures.add(
          "an action was interrupted, because it took longer than " + Spans.text(limit), e);
    } catch (InterruptedException e) {
      run.cancel(true);
      failures.add("an action was interrupted, because the monitor was closed", e);
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Waits until the actions that were queued before have run or were interrupted, or until {@link
   * #close} has dropped them. Returns earlier if an action has run for ten seconds: the others wait
   * behind it. From an action it returns at once.
   */
  public void flush() throws InterruptedException {
    if (isCurrent()) {
      return;
    }
    Mark mark = new Mark(new CountDownLatch(1));
    flushes.add(mark); // before the look at closed, so that close finds it
    try {
      boolean queued = false;
      while (!closed && !queued && !isBlocked()) {
        queued = waiting.offer(mark, POLL_MILLIS, TimeUnit.MILLISECONDS);
      }
      while (queued && !isBlocked()) {
        queued = !mark.reached().await(POLL_MILLIS, TimeUnit.MILLISECONDS);
      }
    } finally {
      flushes.remove(mark);
    }
  }

  private boolean isBlocked() {
    Long start = begun;
    return start != null && System.nanoTime() - start > patienceNanos;
  }

  /**
   * Runs the queued actions for at most the time of one action, and drops the rest. From an action
   * it returns at once.
   */
  public void close() {
    closed = true;
    boolean interrupted = false;
    long start = System.nanoTime();
    wakeUp();
    while (dispatcher.isAlive() && !isCurrent()) {
      try {
        TimeUnit.NANOSECONDS.timedJoin(
            dispatcher, Math.max(1, nanos - (System.nanoTime() - start)));
        if (System.nanoTime() - start >= nanos) {
          dispatcher.interrupt();
          dispatcher.join();
        }
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    List<Runnable> dropped = new ArrayList<>();
    waiting.drainTo(dropped);
    wakeUp(); // an action that outlived its time may close while the dispatcher waits
    flushes.forEach(Mark::run);
    for (Runnable one : dropped) {
      if (!(one instanceof Mark)) {
        failures.add(
            "an action was dropped, because the monitor was closed", new TimeoutException());
      }
    }
    workers.shutdown();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** If there is no room, the dispatcher is awake. */
  private void wakeUp() {
    boolean unused = waiting.offer(new Mark(new CountDownLatch(1)));
  }
}
