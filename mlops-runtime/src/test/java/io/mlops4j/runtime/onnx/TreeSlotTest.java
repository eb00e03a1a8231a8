package io.mlops4j.runtime.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

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
    assumeTrue(ForkJoinPool.getCommonPoolParallelism() > 0);
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

  @Test
  void allPartsMustBeTrue() {
    assertThat(TreeSlot.all(5, i -> true)).isTrue();
    assertThat(TreeSlot.all(5, i -> i != 3)).isFalse();
  }
}
