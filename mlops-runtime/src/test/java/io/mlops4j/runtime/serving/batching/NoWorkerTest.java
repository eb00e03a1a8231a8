package io.mlops4j.runtime.serving.batching;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.inference.MicroBatching;
import io.mlops4j.runtime.serving.threads.Deadlines;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Calls that wait while the process can start no thread. */
class NoWorkerTest {
  private final RejectedExecutionException full = new RejectedExecutionException("no thread");
  private final Executor none =
      task -> {
        throw full;
      };

  private final Deadlines deadlines = new Deadlines(Thread::new);
  private final CallQueue queue = new CallQueue(1, none);
  private final ConcurrentLinkedQueue<Throwable> failed = new ConcurrentLinkedQueue<>();
  private final RowBatcher<Integer, Integer> batcher =
      new RowBatcher<>(
          MicroBatching.upTo(8).withoutMeasuring(),
          queue,
          this::ask,
          row -> 0,
          () -> 1,
          System::nanoTime,
          deadlines,
          none,
          (rows, since, why) -> {});

  @AfterEach
  void end() {
    deadlines.close();
  }

  /** Two calls come while the only processor is busy. */
  private List<Integer> ask(List<Integer> rows, @Nullable Duration within, long since) {
    for (int i = 0; i < 2; i++) {
      Runnable unused = batcher.askAsync(7, null, (answer, error, company) -> failed.add(error));
    }
    return rows;
  }

  /** Neither does the caller get the failure of others, nor do they wait for ever. */
  @Test
  void waitingCallsFailAndTheOneBeforeIsAnswered() {
    assertThat(batcher.ask(1, null)).isEqualTo(1);
    assertThat(failed).containsExactly(full, full);
    assertThat(queue.waiting()).isZero();
    assertThat(queue.free()).isEqualTo(1);
    assertThat(batcher.waiting()).isZero();
  }
}
