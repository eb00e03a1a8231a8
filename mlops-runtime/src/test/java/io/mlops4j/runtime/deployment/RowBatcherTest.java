package io.mlops4j.runtime.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RowBatcherTest {
  private final ConcurrentLinkedQueue<Integer> sizes = new ConcurrentLinkedQueue<>();

  private int one(int row) {
    sizes.add(1);
    if (row < 0) {
      throw new IllegalArgumentException("row " + row);
    }
    return row * 10;
  }

  private List<Integer> many(List<Integer> rows) {
    sizes.add(rows.size());
    if (rows.stream().anyMatch(row -> row < 0)) {
      throw new IllegalArgumentException("a row of " + rows);
    }
    return rows.stream().map(row -> row * 10).toList();
  }

  @Test
  void anIdleCallerAsksAlone() {
    RowBatcher<Integer, Integer> batcher = new RowBatcher<>(8, this::one, this::many, 1);
    assertThat(batcher.predict(4)).isEqualTo(40);
    assertThat(batcher.predict(5)).isEqualTo(50);
    assertThat(sizes).containsExactly(1, 1);
  }

  @Test
  void aFailureIsTheCallersOwn() {
    RowBatcher<Integer, Integer> batcher = new RowBatcher<>(8, this::one, this::many, 1);
    assertThatThrownBy(() -> batcher.predict(-1)).hasMessage("row -1");
    assertThat(batcher.predict(1)).as("the permit came back").isEqualTo(10);
  }

  /** Blocks the only permit with row 0 until the others are queued, so that they are together. */
  private List<Future<Integer>> pileUp(ExecutorService threads, int most, int... rows)
      throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    RowBatcher<Integer, Integer> batcher =
        new RowBatcher<>(
            most,
            row -> {
              if (row == 0) {
                running.countDown();
                uninterruptibly(go);
              }
              return one(row);
            },
            this::many,
            1);
    Future<Integer> first = threads.submit(() -> batcher.predict(0));
    running.await();
    List<Future<Integer>> waiting =
        IntStream.of(rows).mapToObj(row -> threads.submit(() -> batcher.predict(row))).toList();
    while (batcher.waiting() < rows.length) {
      Thread.onSpinWait();
    }
    go.countDown();
    assertThat(first.get()).isZero();
    return waiting;
  }

  private static void uninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void whatPiledUpIsAnsweredTogetherUpToTheBound() throws Exception {
    ExecutorService threads = Executors.newCachedThreadPool();
    try {
      for (Future<Integer> each : pileUp(threads, 4, 1, 2, 3, 4, 5)) {
        assertThat(each.get()).isIn(10, 20, 30, 40, 50);
      }
      assertThat(sizes).containsExactly(1, 4, 1);
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void aBadRowFailsAloneAndItsNeighboursAreAnswered() throws Exception {
    ExecutorService threads = Executors.newCachedThreadPool();
    try {
      List<Future<Integer>> waiting = pileUp(threads, 8, 1, -2, 3);
      assertThat(waiting.get(0).get()).isEqualTo(10);
      assertThatThrownBy(waiting.get(1)::get).hasRootCauseMessage("row -2");
      assertThat(waiting.get(2).get()).isEqualTo(30);
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void nobodyIsForgotten() throws Exception {
    RowBatcher<Integer, Integer> batcher = new RowBatcher<>(4, this::one, this::many, 2);
    InParallel.Work<Integer> caller =
        () -> {
          for (int i = 0; i < 20_000; i++) {
            assertThat(batcher.predict(i)).isEqualTo(10 * i);
          }
          return 0;
        };
    assertThat(InParallel.call(caller, caller, caller, caller, caller, caller)).hasSize(6);
  }
}
