package io.mlops4j.runtime.deployment.alias;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.Prediction;
import io.mlops4j.runtime.binding.output.OutputCopy;
import io.mlops4j.runtime.memory.DirectMemory;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShadowRingTest {
  private static ShadowRing ring() {
    DirectMemory memory = new DirectMemory();
    return new ShadowRing(() -> new ShadowCall(new OutputCopy(memory)));
  }

  @Test
  void itemsComeInOrderAndAreUsedAgain() {
    ShadowRing ring = ring();
    assertThat(ring.poll()).isNull();
    for (int round = 0; round < 3 * ShadowRing.SIZE; round++) {
      ShadowCall one = Objects.requireNonNull(ring.claim());
      ShadowCall two = Objects.requireNonNull(ring.claim());
      assertThat(ring.isEmpty()).as("claimed but not published").isTrue();
      ring.publish(two);
      assertThat(ring.poll()).as("the first is not ready").isNull();
      ring.publish(one);
      assertThat(ring.isEmpty()).isFalse();
      assertThat(ring.poll()).isSameAs(one);
      assertThat(ring.poll()).isSameAs(two);
      ring.recycle(one);
      ring.recycle(two);
    }
  }

  @Test
  void anItemIsFreeOnlyAfterItWasHandled() {
    ShadowRing ring = ring();
    for (int i = 0; i < ShadowRing.SIZE; i++) {
      assertThat(ring.isHalfFull()).isEqualTo(i >= ShadowRing.SIZE / 2);
      ring.publish(Objects.requireNonNull(ring.claim()));
    }
    assertThat(ring.claim()).isNull();
    ShadowCall handled = Objects.requireNonNull(ring.poll());
    assertThat(ring.claim()).as("it is being handled").isNull();
    ring.recycle(handled);
    assertThat(ring.claim()).isSameAs(handled);
    assertThat(ring.claim()).isNull();
  }

  /** Every claimed item is taken exactly once, and by one thread at a time. */
  @Test
  void noItemIsLostOrTakenTwice() throws Exception {
    int callers = 4;
    long each = 20_000;
    ShadowRing ring = ring();
    AtomicLong published = new AtomicLong();
    AtomicLong refused = new AtomicLong();
    AtomicLong taken = new AtomicLong();
    AtomicInteger working = new AtomicInteger(callers);
    AtomicLong wrong = new AtomicLong();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < callers; i++) {
      threads.add(
          new Thread(
              () -> {
                for (long n = 0; n < each; n++) {
                  ShadowCall call = ring.claim();
                  if (call == null) {
                    refused.incrementAndGet();
                    LockSupport.parkNanos(1_000);
                  } else {
                    ring.publish(call);
                    published.incrementAndGet();
                  }
                }
                working.decrementAndGet();
              }));
    }
    for (int i = 0; i < 2; i++) {
      threads.add(
          new Thread(
              () -> {
                while (working.get() > 0 || !ring.isEmpty()) {
                  ShadowCall call = ring.poll();
                  if (call == null) {
                    LockSupport.parkNanos(1_000);
                    continue;
                  }
                  taken.incrementAndGet();
                  if (call.turn != call.number + 1) {
                    wrong.incrementAndGet();
                  }
                  ring.recycle(call);
                }
              }));
    }
    threads.forEach(Thread::start);
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(published.get() + refused.get()).isEqualTo(callers * each);
    assertThat(taken).hasValue(published.get());
    assertThat(wrong).hasValue(0);
  }

  @Test
  void keepingAnOwnedBatchLeavesNoGarbage(@TempDir Path folder) {
    DeploymentFixture plus = new DeploymentFixture(folder);
    plus.assign(DeploymentFixture.CHAMPION, plus.v1);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long thread = Thread.currentThread().getId();
    ShadowRing ring = new ShadowRing(() -> new ShadowCall(plus.loader.outputCopy()));
    try (Model model = plus.champion().start();
        FeatureBatch batch =
            FeatureBatch.builder(plus.loader.allocator()).floats("x", 1, 2).build();
        Prediction answer = model.predict(batch)) {
      long least = Long.MAX_VALUE;
      for (int round = 0; round < 5_000 && least > 10_000; round++) { // until all is compiled
        long before = threads.getThreadAllocatedBytes(thread);
        for (int i = 0; i < 10_000; i++) {
          ShadowCall call = Objects.requireNonNull(ring.claim());
          call.set(null, batch, answer);
          ring.publish(call);
          Objects.requireNonNull(ring.poll()).clear();
          ring.recycle(call);
        }
        least = Math.min(least, threads.getThreadAllocatedBytes(thread) - before);
      }
      assertThat(least).as("less than a byte for each call").isLessThan(10_000);
    }
    ring.free();
    plus.close(); // finds memory that was not given back
  }
}
