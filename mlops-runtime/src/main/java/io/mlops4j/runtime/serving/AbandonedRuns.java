package io.mlops4j.runtime.serving;

import io.mlops4j.error.OverloadedException;
import io.mlops4j.runtime.serving.threads.RuntimeThreads;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/**
 * Lets calls of a model end before their runs do. Each such call runs in a thread of its own, and
 * its caller waits for the run or for the end of the call, whichever comes first. A run whose call
 * has ended is abandoned: it keeps all that it uses until it has ended. Thread safe.
 */
final class AbandonedRuns {
  private final String model;
  private final int most;
  private final Executor threads;
  private final BufferAllocator allocator;
  private final AtomicInteger all;
  private int abandoned;

  /**
   * Without any run.
   *
   * @param model its name
   * @param most how many abandoned runs make it reject calls
   * @param context of its runtime
   */
  AbandonedRuns(String model, int most, CallContext context) {
    this.model = model;
    this.most = most;
    this.threads = context.threads().strict();
    this.allocator = context.allocator();
    this.all = context.abandonedRuns();
  }

  /** Null while a further call is admitted. */
  @Nullable OverloadedException full() {
    int found = abandoned();
    return found < most
        ? null
        : new OverloadedException(
            "%s: found %d abandoned runs, expected fewer than %d: their calls have ended, but the engine cannot end them; wait until they have ended, or allow more with LoadOptions.Builder.strictDeadlines"
                .formatted(model, found, most));
  }

  /**
   * Answers in another thread.
   *
   * @param model keeps the model loaded until the run has ended
   * @param ask answers, given its own times if there are any
   */
  <A> A ask(
      Job.Hold model,
      Job<A> job,
      Cancellation cancellation,
      @Nullable CallTimes times,
      Function<@Nullable CallTimes, A> ask) {
    CallTimes own = times == null ? null : times.copy();
    Run<A> run = begin(model, job, () -> ask.apply(own));
    cancellation.whenStopped(run::abandon);
    Ended<A> ended = run.result.join();
    if (ended.answer() == null && ended.error() == null) {
      cancellation.check();
    }
    if (times != null && own != null) {
      times.set(own);
    }
    return ended.get();
  }

  private <A> Run<A> begin(Job.Hold model, Job<A> job, Asking<A> asking) {
    Job.Hold memory = () -> {};
    boolean started = false;
    try {
      memory = job.hold(allocator);
      Run<A> run = new Run<>(model, job, memory, asking);
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

  /** How a run ended; without both if it was abandoned. */
  private record Ended<A>(@Nullable A answer, @Nullable Throwable error) {
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

  private interface Asking<A> {
    A ask();
  }

  /** One run. */
  private final class Run<A> implements Runnable {
    private final Job.Hold model;
    private final Job<A> job;
    private final Job.Hold memory;
    private final Asking<A> asking;
    private final CompletableFuture<Ended<A>> result = new CompletableFuture<>();

    Run(Job.Hold model, Job<A> job, Job.Hold memory, Asking<A> asking) {
      this.model = model;
      this.job = job;
      this.memory = memory;
      this.asking = asking;
    }

    @Override
    public void run() {
      Ended<A> ended;
      try {
        ended = new Ended<>(asking.ask(), null);
      } catch (Throwable e) {
        ended = new Ended<>(null, e);
      }
      try {
        free(memory, model); // before the result is seen
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

    /** Does nothing if the run has ended. */
    void abandon() {
      count(1); // before the run can learn of it
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

  /** How many runs go on although their call has ended. */
  synchronized int abandoned() {
    return abandoned;
  }

  /** Waits for abandoned runs, uninterruptibly; as long as it takes without a limit. */
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
