package io.mlops4j.runtime.serving.threads;

import io.mlops4j.inference.Priority;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * The threads of one runtime. Each starts when it is first needed and ends at close. Thread safe.
 *
 * <p>Deadlines have a thread of their own, see {@link Deadlines}. So does the completion of
 * asynchronous calls that timed out in the queue: all workers may be busy then, and the dependents
 * of such a call may be slow.
 */
public final class RuntimeThreads implements AutoCloseable {
  private static final long IDLE_SECONDS = 30;

  /** Nanoseconds after which a task waits behind no task that came later. */
  static final long MOST_OVERTAKEN = TimeUnit.SECONDS.toNanos(10);

  private final ThreadPoolExecutor workers;
  private final AtomicLong tasks = new AtomicLong();
  private final ThreadPoolExecutor late;
  private final ThreadPoolExecutor strict;
  private final Deadlines deadlines;
  private final ScheduledThreadPoolExecutor housekeeping;
  private final LongSupplier nanos;
  private final Set<Thread> started = ConcurrentHashMap.newKeySet();
  private final Set<Thread> strictThreads = ConcurrentHashMap.newKeySet();
  private boolean keeping;

  /**
   * Starts no thread yet.
   *
   * @param workers the number of worker threads, 1 or more
   */
  public RuntimeThreads(int workers) {
    this(workers, System::nanoTime);
  }

  /** Uses a clock that tests can set. */
  RuntimeThreads(int workers, LongSupplier nanos) {
    this.nanos = nanos;
    this.workers = pool(workers, new PriorityBlockingQueue<>(), named("mlops4j-worker", true));
    this.late = pool(1, new LinkedBlockingQueue<>(), named("mlops4j-late", false));
    this.strict =
        new ThreadPoolExecutor(
            0,
            Integer.MAX_VALUE, // calls and abandoned runs are bounded
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            named("mlops4j-strict", true, strictThreads));
    this.deadlines = new Deadlines(named("mlops4j-deadlines", false));
    this.housekeeping = new ScheduledThreadPoolExecutor(1, named("mlops4j-housekeeping", false));
  }

  private static ThreadPoolExecutor pool(
      int threads, BlockingQueue<Runnable> queue, ThreadFactory named) {
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(threads, threads, IDLE_SECONDS, TimeUnit.SECONDS, queue, named);
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

  /** {@return the largest number of workers, 1 or more} */
  public int workerCount() {
    return workers.getMaximumPoolSize();
  }

  /** {@return the number of tasks that wait for a worker; 0 or more} */
  public int queued() {
    return workers.getQueue().size();
  }

  /**
   * {@return the threads of runs that may have to be abandoned, one for each run; an idle thread is
   * reused, otherwise a new one starts}
   */
  public Executor strict() {
    return strict;
  }

  /**
   * {@return the workers; tasks wait in a queue without a bound, by priority and then in their
   * order, but not behind more important ones that came {@link #MOST_OVERTAKEN} later: nothing else
   * ends calls that are too late or cancelled}
   */
  public Executor workers() {
    return task -> {
      Task ordered = task instanceof Task own ? own : new Task(Priority.NORMAL, task);
      ordered.number = tasks.getAndIncrement();
      ordered.begin = nanos.getAsLong() - ordered.advance();
      workers.execute(ordered);
    };
  }

  /**
   * Returns a task that workers run before less important ones. A task without a priority has
   * {@link Priority#NORMAL}.
   *
   * @param priority the importance
   * @param task what a worker runs
   * @return a task to execute once
   */
  public static Runnable prioritized(Priority priority, Runnable task) {
    return new Task(priority, task);
  }

  /** A task of a worker. */
  private static final class Task implements Runnable, Comparable<Task> {
    private final Priority priority;
    private final Runnable task;
    private long number;

    /** When the task came, earlier for a more important one. */
    private long begin;

    Task(Priority priority, Runnable task) {
      this.priority = priority;
      this.task = task;
    }

    private long advance() {
      return switch (priority) {
        case LOW -> 0;
        case NORMAL -> MOST_OVERTAKEN / 2;
        case HIGH -> MOST_OVERTAKEN;
      };
    }

    @Override
    public int compareTo(Task other) {
      long order = begin != other.begin ? begin - other.begin : number - other.number;
      return Long.signum(order);
    }

    @Override
    public void run() {
      task.run();
    }
  }

  /** {@return the thread that completes asynchronous calls which timed out in the queue} */
  public Executor late() {
    return late;
  }

  /** {@return the timer of deadlines} */
  public Deadlines deadlines() {
    return deadlines;
  }

  /**
   * Runs a task in another thread, or in this one if no other can start.
   *
   * @param executor runs the task
   * @param task must not throw
   */
  public static void executeOrRun(Executor executor, Runnable task) {
    try {
      executor.execute(task);
    } catch (RuntimeException | Error e) { // such as an Error because no thread can start
      task.run();
    }
  }

  /**
   * Converts a duration to nanoseconds.
   *
   * @param deadline a duration
   * @return its nanoseconds, or the largest long if they do not fit
   */
  public static long nanos(Duration deadline) {
    try {
      return deadline.toNanos();
    } catch (ArithmeticException e) {
      return Long.MAX_VALUE; // longer than 292 years
    }
  }

  /**
   * {@return whether the calling thread is one of these; true on a worker or another thread of this
   * runtime, except those of strict deadlines}
   */
  public boolean isOwn() {
    return started.contains(Thread.currentThread());
  }

  /**
   * Runs a task periodically. Only the first call starts it; a call after close does nothing.
   *
   * @param task the task
   * @param every the pause between two runs
   */
  public synchronized void keepHouse(Runnable task, Duration every) {
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
   * Ends every thread and waits until it has ended. Submitted tasks run first.
   *
   * @param all whether to wait for the threads of strict deadlines, which is wrong while a run is
   *     abandoned
   */
  public void close(boolean all) {
    synchronized (this) {
      keeping = true; // a model that is loaded meanwhile starts no task
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
