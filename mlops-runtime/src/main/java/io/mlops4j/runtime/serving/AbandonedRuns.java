package io.mlops4j.runtime.serving;

import io.mlops4j.error.OverloadedException;
import io.mlops4j.runtime.serving.answer.ArrowMemory;
import io.mlops4j.runtime.serving.threads.RuntimeThreads;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets calls of a model end before their runs do. Each such call runs in a thread of its own, and
 * its caller waits until the run or the call ends. A run whose call has ended is abandoned: it
 * keeps what it uses until it has ended. Thread safe.
 */
final class AbandonedRuns {
  private final String model;
  private final int most;
  private final Executor threads;
  private final ArrowMemory arrow;
  private final AtomicInteger all;
  private int abandoned;

  /**
   * Begins without any run.
   *
   * @param model the name of the model
   * @param most the number of abandoned runs at which the model rejects calls
   */
  AbandonedRuns(String model, int most, CallContext context) {
    this.model = model;
    this.most = most;
    this.threads = context.threads().strict();
    this.arrow = context.arrow();
    this.all = context.abandonedRuns();
  }

  /** Returns the exception that rejects a call, or null if the call is admitted. */
  @Nullable OverloadedException full() {
    int found = abandoned();
    return found < most
        ? null
        : new OverloadedException(
            "%s: abandoned runs: found %d, expected fewer than %d; the engine still runs calls that have ended: wait until it finishes, or allow more with LoadOptions.Builder.strictDeadlines"
                .formatted(model, found, most));
  }

  /**
   * Begins a run in another thread.
   *
   * @param model keeps the model loaded until the run has ended
   * @param ask runs the job
   */
  <A> StrictRun<A> begin(Job.Hold model, Job<A> job, Supplier<A> ask) {
    Job.Hold memory = () -> {};
    boolean started = false;
    try {
      memory = job.hold(arrow.allocator());
      StrictRun<A> run = new StrictRun<>(model, job, memory, ask);
      threads.execute(run);
      started = true;
      return run;
    } finally {
      if (!started) {
        free(memory, model);
      }
    }
  }

  private static void free(Job.Hold memory, Job.Hold model) {
    try {
      memory.close();
    } finally {
      model.close();
    }
  }

  /** How a run ended. Both parts are null if it was abandoned. */
  record Ended<A>(@Nullable A answer, @Nullable Throwable error) {
    boolean isAbandoned() {
      return answer == null && error == null;
    }

    A get() {
      if (error instanceof Error thrown) {
        throw thrown;
      }
      if (error instanceof RuntimeException thrown) {
        throw thrown;
      }
      if (answer == null) {
        throw new IllegalStateException("a run ended without an answer", error);
      }
      return answer;
    }
  }

  /** A run whose caller continues as soon as the run is abandoned. */
  final class StrictRun<A> implements Runnable {
    private final Job.Hold model;
    private final Job<A> job;
    private final Job.Hold memory;
    private final Supplier<A> ask;
    private final CompletableFuture<Ended<A>> result = new CompletableFuture<>();

    private StrictRun(Job.Hold model, Job<A> job, Job.Hold memory, Supplier<A> ask) {
      this.model = model;
      this.job = job;
      this.memory = memory;
      this.ask = ask;
    }

    /** Waits until the run has ended or was abandoned. */
    Ended<A> await() {
      return result.join();
    }

    @Override
    public void run() {
      Ended<A> ended;
      try {
        ended = new Ended<>(ask.get(), null);
      } catch (Throwable e) {
        ended = new Ended<>(null, e);
      }
      try {
        free(memory, model); // before the caller sees the result
      } finally {
        if (!result.complete(ended)) {
          end(ended.answer());
        }
      }
    }

    private void end(@Nullable A answer) {
      try {
        if (answer != null) {
          job.drop(answer);
        }
      } finally {
        count(-1);
      }
    }

    /** Lets the caller continue. Does nothing if the run has ended. */
    void abandon() {
      count(1); // before the run can count itself off
      if (!result.complete(new Ended<>(null, null))) {
        count(-1);
      }
    }
  }

  private synchronized void count(int more) {
    abandoned += more;
    all.addAndGet(more);
    if (abandoned == 0) {
      notifyAll();
    }
  }

  /** Returns the number of runs that continue although their call has ended. */
  synchronized int abandoned() {
    return abandoned;
  }

  /**
   * Waits for abandoned runs, without a bound if the limit is null. An interrupt is kept for the
   * caller.
   */
  synchronized void await(@Nullable Duration limit) {
    long end = limit == null ? 0 : System.nanoTime() + RuntimeThreads.nanos(limit);
    boolean interrupted = false;
    while (abandoned > 0) {
      long left = limit == null ? 0 : (end - System.nanoTime()) / 1_000_000;
      if (limit != null && left <= 0) {
        break;
      }
      try {
        wait(left);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
