package io.mlops4j.runtime.serving;

import io.mlops4j.runtime.binding.output.Outputs;
import io.mlops4j.runtime.serving.threads.UninterruptibleWait;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Answers a large batch in pieces, in the caller's thread and in idle workers. The caller never
 * waits for a worker to begin. Thread safe.
 */
final class BatchSplitter {
  /** Large enough that the fixed cost of a piece is small. */
  static final int ROWS = 4096;

  /** Several pieces for each thread, so that a slow thread delays little. */
  private static final int FOR_EACH_THREAD = 4;

  /** Arrow slices a validity bitmap without a copy at multiples of this row. */
  private static final int ALIGNED = 64;

  private final Executor workers;
  private final int threads;

  BatchSplitter(int threads, Executor workers) {
    this.threads = threads;
    this.workers = workers;
  }

  boolean isLarge(int rows) {
    return threads > 1 && rows >= 2 * ROWS;
  }

  /** Returns the answers of the pieces in their order, or throws. */
  List<Outputs> ask(
      BatchRequest whole,
      @Nullable Cancellation cancellation,
      BiFunction<BatchRequest, @Nullable Cancellation, Outputs> runner) {
    List<BatchRequest> pieces = whole.pieces(size(whole.rows()));
    try {
      Work work = new Work(pieces, cancellation, runner);
      help(work, Math.min(threads, pieces.size()) - 1);
      work.run();
      return work.answers();
    } finally {
      pieces.forEach(BatchRequest::close);
    }
  }

  /**
   * Starts idle workers. Without them, this thread does the work: if it failed, the pieces would be
   * closed while a worker reads them.
   */
  private void help(Work work, int most) {
    try {
      for (int i = 0; i < most; i++) {
        workers.execute(work);
      }
    } catch (RuntimeException | Error e) {
      // such as an Error because no thread can start
    }
  }

  private int size(int rows) {
    int most = Math.max(ROWS, rows / (FOR_EACH_THREAD * threads));
    return (most + ALIGNED - 1) / ALIGNED * ALIGNED;
  }

  /** The work of several threads, each of which takes the next piece. */
  private static final class Work implements Runnable {
    private final List<BatchRequest> pieces;
    private final @Nullable Cancellation cancellation;
    private final BiFunction<BatchRequest, @Nullable Cancellation, Outputs> runner;
    private final @Nullable Outputs[] answers;
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final CountDownLatch left;

    Work(
        List<BatchRequest> pieces,
        @Nullable Cancellation cancellation,
        BiFunction<BatchRequest, @Nullable Cancellation, Outputs> runner) {
      this.pieces = pieces;
      this.cancellation = cancellation;
      this.runner = runner;
      this.answers = new Outputs[pieces.size()];
      this.left = new CountDownLatch(pieces.size());
    }

    @Override
    public void run() {
      for (int i = next.getAndIncrement(); i < answers.length; i = next.getAndIncrement()) {
        try {
          if (failure.get() == null) {
            answers[i] =
                runner.apply(pieces.get(i), cancellation == null ? null : cancellation.part());
          }
        } catch (Throwable e) {
          failure.compareAndSet(null, e);
        } finally {
          left.countDown();
        }
      }
    }

    /** Waits for the other threads. */
    List<Outputs> answers() {
      UninterruptibleWait.uninterruptibly(left);
      List<Outputs> found = new ArrayList<>();
      for (Outputs answer : answers) {
        if (answer != null) {
          found.add(answer);
        }
      }
      Throwable thrown = failure.get();
      if (thrown == null) {
        return found;
      }
      found.forEach(Outputs::release);
      if (thrown instanceof Error error) {
        throw error;
      }
      throw (RuntimeException) thrown;
    }
  }
}
