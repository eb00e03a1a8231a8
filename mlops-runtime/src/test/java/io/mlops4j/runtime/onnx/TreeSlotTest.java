package io.mlops4j.runtime.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mlops4j.fixture.ChildProcess;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.Test;

class TreeSlotTest {
  /** The memory to which they write is freed after the call. */
  @Test
  void aFailureIsThrownWhenAllPartsHaveEnded() {
    assumeTrue(ForkJoinPool.getCommonPoolParallelism() > 0, "one processor has no common pool");
    Thread caller = Thread.currentThread();
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch thrown = new CountDownLatch(1);
    AtomicInteger running = new AtomicInteger();
    IntPredicate part =
        i -> {
          if (Thread.currentThread() == caller) {
            await(begun, 10_000);
            throw new IllegalStateException("planted");
          }
          running.incrementAndGet();
          begun.countDown();
          await(thrown, 200); // too early if this ends before its time
          running.decrementAndGet();
          return true;
        };
    assertThatThrownBy(() -> TreeSlot.all(2, part)).hasMessage("planted");
    assertThat(running.get()).as("parts that still run").isZero();
    thrown.countDown();
  }

  private static void await(CountDownLatch latch, long millis) {
    try {
      boolean unused = latch.await(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** In a process of its own, whose common pool has no thread yet. */
  @Test
  void theCallerRunsAllPartsWhenNoThreadCanStart() throws Exception {
    Process child =
        ChildProcess.start(
            ChildProcess.java(
                    List.of("-Djava.util.concurrent.ForkJoinPool.common.parallelism=3"),
                    NoThread.class)
                .redirectErrorStream(true));
    assertThat(ChildProcess.output(child).strip()).isEqualTo("true 4");
  }

  /** Runs four parts in a process that is full of threads. */
  static final class NoThread {
    /** Java copies its value when a thread makes another one, so this stops it there. */
    private static final InheritableThreadLocal<String> FULL =
        new InheritableThreadLocal<>() {
          @Override
          protected String childValue(String value) {
            throw new OutOfMemoryError(value);
          }
        };

    public static void main(String[] args) {
      FULL.set("no thread");
      AtomicInteger ran = new AtomicInteger();
      System.out.println(TreeSlot.all(4, i -> ran.incrementAndGet() > 0) + " " + ran);
    }
  }

  @Test
  void nothingPilesUpWhileThePoolIsBusy() throws Exception {
    ForkJoinPool pool = ForkJoinPool.commonPool();
    int threads = ForkJoinPool.getCommonPoolParallelism();
    CountDownLatch busy = new CountDownLatch(threads);
    CountDownLatch ended = new CountDownLatch(1);
    try {
      for (int i = 0; i < threads; i++) {
        pool.execute(
            () -> {
              busy.countDown();
              await(ended, 60_000);
            });
      }
      assertThat(busy.await(60, TimeUnit.SECONDS)).isTrue();
      for (int i = 0; i < 100; i++) {
        assertThat(TreeSlot.all(4, part -> true)).isTrue();
      }
      assertThat(pool.getQueuedSubmissionCount()).isZero();
    } finally {
      ended.countDown();
    }
  }

  @Test
  void allPartsMustBeTrue() {
    assertThat(TreeSlot.all(5, i -> true)).isTrue();
    assertThat(TreeSlot.all(5, i -> i != 3)).isFalse();
  }
}
