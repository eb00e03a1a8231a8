package io.mlops4j.runtime.composition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.mlops4j.error.ModelInputException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.InferenceListener;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.Prediction;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Members that take long run on several threads at once. */
class SideBySideMembersTest {
  private static final int MOST_CALLS = 3_000;

  private final CompositionFixture fixture = new CompositionFixture();
  private final AtomicInteger running = new AtomicInteger();
  private final AtomicInteger together = new AtomicInteger();
  private final Set<Thread> threads = ConcurrentHashMap.newKeySet();

  @AfterEach
  void close() {
    fixture.close();
  }

  private Model taking(String name, long micros) {
    InferenceListener slow =
        event -> {
          threads.add(Thread.currentThread());
          together.accumulateAndGet(running.incrementAndGet(), Math::max);
          long end = System.nanoTime() + TimeUnit.MICROSECONDS.toNanos(micros);
          while (System.nanoTime() < end) {
            Thread.onSpinWait();
          }
          running.decrementAndGet();
        };
    return fixture.load(name, LoadOptions.builder().listener(slow).build());
  }

  private float ask(Model model, float x) {
    try (FeatureBatch batch = fixture.batch().floats("x", x).build();
        Prediction answer = model.predict(batch)) {
      return answer.floats("y")[0];
    }
  }

  private void askUntilTogether(Model model) {
    for (int i = 0; i < MOST_CALLS && together.get() < 2; i++) {
      assertThat(ask(model, i)).isEqualTo(i + 1.5f); // the mean of i + 1 and i + 2
    }
    assertThat(together).hasValue(2);
  }

  @Test
  void slowMembersOfAnAverageRunSideBySide() {
    Model one = taking("deployment/plus1", 500);
    Model two = taking("deployment/plus2", 500);
    try (Composition mean =
        fixture.runtime.composition("mean").member("one", one).member("two", two).average("y")) {
      askUntilTogether(mean);
      assertThat(threads.stream().map(Thread::getName))
          .anySatisfy(name -> assertThat(name).startsWith("mlops4j-worker"));
    }
  }

  @Test
  void aMemberThatFailsFailsTheCallAndNothingStaysOpen() {
    Model one = taking("deployment/plus1", 500);
    Model two = taking("deployment/plus2", 500);
    try (Composition mean =
        fixture.runtime.composition("mean").member("one", one).member("two", two).average("y")) {
      askUntilTogether(mean);
      for (int i = 0; i < 20; i++) {
        try (FeatureBatch other = fixture.batch().strings("x", "text").build()) {
          assertThatExceptionOfType(ModelInputException.class)
              .isThrownBy(() -> mean.predict(other))
              .withMessageContaining("composition mean, member ");
        }
        assertThat(ask(mean, i)).isEqualTo(i + 1.5f);
      }
    }
  }

  /** A worker that helped has given the rows back, else a caller that ends finds memory in use. */
  @Test
  void nothingOfACallIsHeldWhenItReturns() {
    Model one = taking("deployment/plus1", 200);
    Model two = taking("deployment/plus2", 200);
    try (Composition mean =
        fixture.runtime.composition("mean").member("one", one).member("two", two).average("y")) {
      askUntilTogether(mean);
      long before = fixture.runtime.allocator().getAllocatedMemory();
      for (int i = 0; i < MOST_CALLS; i++) {
        ask(mean, i);
        assertThat(fixture.runtime.allocator().getAllocatedMemory()).isEqualTo(before);
      }
    }
  }
}
