package io.mlops4j.runtime.serving.batching;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.DeadlineException;
import io.mlops4j.inference.MicroBatching;
import io.mlops4j.runtime.serving.threads.Deadlines;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Calls that wait when the process can start no further thread. */
class NoWorkerTest {
  private final RejectedExecutionException full = new RejectedExecutionException("no thread");
  private final Deque<Runnable> started = new ArrayDeque<>();
  private volatile boolean isFull;
  private final Executor workers =
      task -> {
        if (isFull) {
          throw full;
        }
        started.add(task);
      };

  private final Deadlines deadlines = new Deadlines(Thread::new);
  private IntFunction<Object> shape = row -> 0;
  private Runnable duringRun = () -> {};

  @AfterEach
  void end() {
    deadlines.close();
  }

  private RowBatcher<Integer, Integer> batcher(CallQueue queue) {
    return new RowBatcher<>(
        MicroBatching.upTo(8).withoutMeasuring(),
        queue,
        this::answer,
        row -> shape.apply(row),
        () -> 1,
        System::nanoTime,
        deadlines,
        workers,
        (rows, since, why) -> {});
  }

  private List<Integer> answer(List<Integer> rows, @Nullable Duration within, long since) {
    duringRun.run();
    return rows;
  }

  /** A call that a worker answers. */
  private static final class Asked extends CompletableFuture<Integer> {
    private final Runnable leaveQueue;

    Asked(RowBatcher<Integer, Integer> batcher, int row, @Nullable Duration within) {
      leaveQueue =
          batcher.askAsync(
              row,
              within,
              (answer, error, company) -> {
                if (error == null) {
                  complete(answer);
                } else {
                  completeExceptionally(error);
                }
              });
    }
  }

  private void assertNoThread(Asked call) {
    assertThat(call).isCompletedExceptionally();
    assertThatThrownBy(call::join).hasCause(full);
  }

  private static void assertNothingWaits(CallQueue queue, RowBatcher<Integer, Integer> batcher) {
    assertThat(queue.waiting()).isZero();
    assertThat(queue.free()).isEqualTo(queue.processors());
    assertThat(batcher.waiting()).isZero();
  }

  private CallQueue busy(int processors) {
    CallQueue queue = new CallQueue(processors, workers);
    for (int i = 0; i < processors; i++) {
      assertThat(queue.tryEnter()).isTrue();
    }
    return queue;
  }

  /** Neither does the caller get the failure of others, nor do they wait for ever. */
  @Test
  void waitingCallsFailAndTheOneBeforeIsAnswered() {
    isFull = true;
    CallQueue queue = new CallQueue(1, workers);
    RowBatcher<Integer, Integer> batcher = batcher(queue);
    Deque<Asked> meanwhile = new ArrayDeque<>();
    duringRun =
        () -> {
          meanwhile.add(new Asked(batcher, 7, null));
          meanwhile.add(new Asked(batcher, 8, null));
        };
    assertThat(batcher.ask(1, null)).isEqualTo(1);
    assertThat(meanwhile).hasSize(2).allSatisfy(this::assertNoThread);
    assertNothingWaits(queue, batcher);
  }

  @Test
  void theCallsOfAGroupThatFailedFailIfNoneCanRunAlone() {
    CallQueue queue = busy(1);
    RowBatcher<Integer, Integer> batcher = batcher(queue);
    Asked first = new Asked(batcher, 7, null);
    Asked second = new Asked(batcher, 8, Duration.ofHours(1));
    queue.leave();
    duringRun =
        () -> {
          isFull = true;
          throw new IllegalStateException("the group fails");
        };
    started.remove().run();
    assertNoThread(first);
    assertNoThread(second);
    assertNothingWaits(queue, batcher);
  }

  @Test
  void aCallTimesOutThoughNoThreadCanStartToSaySo() throws Exception {
    CallQueue queue = busy(1);
    RowBatcher<Integer, Integer> batcher = batcher(queue);
    isFull = true;
    Asked call = new Asked(batcher, 7, Duration.ofMillis(1));
    assertThatThrownBy(() -> call.get(20, TimeUnit.SECONDS))
        .hasCauseInstanceOf(DeadlineException.class);
    queue.leave();
    assertNothingWaits(queue, batcher);
  }

  /** Two processors become free, and the second call needs a thread of its own. */
  @Test
  void aRunGoesOnThoughNoThreadCanStartForTheNext() {
    CallQueue queue = busy(2);
    shape = row -> row;
    RowBatcher<Integer, Integer> batcher = batcher(queue);
    Asked first = new Asked(batcher, 7, null);
    Asked second = new Asked(batcher, 8, null);
    queue.leave();
    queue.leave();
    isFull = true;
    started.remove().run();
    assertThat(first).isCompletedWithValue(7);
    assertNoThread(second);
    assertNothingWaits(queue, batcher);
  }

  @Test
  void theNextCallHasAnotherChanceWhenTheRunBeforeItEnds() {
    CallQueue queue = busy(2);
    shape = row -> row;
    RowBatcher<Integer, Integer> batcher = batcher(queue);
    Asked first = new Asked(batcher, 7, null);
    Asked second = new Asked(batcher, 8, null);
    queue.leave();
    queue.leave();
    isFull = true;
    duringRun = () -> isFull = false;
    while (!started.isEmpty()) {
      started.remove().run();
    }
    assertThat(first).isCompletedWithValue(7);
    assertThat(second).isCompletedWithValue(8);
    assertNothingWaits(queue, batcher);
  }

  @Test
  void aCallIsCancelledThoughNoThreadCanStartForTheNext() {
    CallQueue queue = busy(1);
    RowBatcher<Integer, Integer> batcher = batcher(queue);
    Asked first = new Asked(batcher, 7, null);
    Asked second = new Asked(batcher, 8, null);
    queue.leave();
    isFull = true;
    first.leaveQueue.run();
    assertThatThrownBy(first::join).isInstanceOf(CancellationException.class);
    assertNoThread(second);
    assertNothingWaits(queue, batcher);
  }

  @Test
  void aRefusedCallIsNotCountedAndDoesNotFailTheOneBefore() {
    CallQueue queue = busy(1);
    RowBatcher<Integer, Integer> batcher = batcher(queue);
    Asked first = new Asked(batcher, 7, null);
    queue.leave();
    isFull = true;
    assertThatThrownBy(() -> new Asked(batcher, 8, null)).isSameAs(full);
    started.remove().run();
    assertThat(first).isCompletedWithValue(7);
    assertNothingWaits(queue, batcher);
  }
}
