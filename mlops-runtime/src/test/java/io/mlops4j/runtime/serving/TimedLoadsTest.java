package io.mlops4j.runtime.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.InferenceException;
import io.mlops4j.error.ModelLoadException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.Prediction;
import io.mlops4j.runtime.serving.loading.TimedLoads;
import io.mlops4j.runtime.serving.threads.UninterruptibleWait;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Loads with a deadline, of untrusted models, and with a first call. */
@SuppressWarnings("try") // closing is what some of these tests are about
class TimedLoadsTest {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final Duration SHORT = Duration.ofMillis(20);

  private static final LoadOptions UNTRUSTED = LoadOptions.untrusted();

  private final TimedLoads loads = new TimedLoads(2);

  /** A load that the test lets end. */
  private static final class HeldLoad implements Supplier<Model> {
    private final CountDownLatch began = new CountDownLatch(1);
    private final CountDownLatch mayEnd = new CountDownLatch(1);
    private final AtomicInteger closed = new AtomicInteger();
    private final AtomicReference<Thread> thread = new AtomicReference<>();

    @Override
    public Model get() {
      thread.set(Thread.currentThread());
      began.countDown();
      UninterruptibleWait.uninterruptibly(mayEnd);
      return StubModel.closing(closed::incrementAndGet);
    }

    void end() throws InterruptedException {
      began.await();
      mayEnd.countDown();
      thread.get().join();
    }
  }

  @Test
  void loadThatIsDoneInTimeIsGivenOut() {
    AtomicInteger closed = new AtomicInteger();
    try (Model model = loads.within(LONG, "m", () -> StubModel.closing(closed::incrementAndGet))) {
      assertThat(closed).hasValue(0);
      assertThat(loads.abandoned()).isZero();
    }
    assertThat(closed).hasValue(1);
  }

  @Test
  void failureOfALoadIsTheCallers() {
    ModelLoadException damaged = new ModelLoadException("damaged", null);
    assertThatThrownBy(
            () ->
                loads.within(
                    LONG,
                    "m",
                    () -> {
                      throw damaged;
                    }))
        .isSameAs(damaged);
    assertThat(loads.abandoned()).isZero();
  }

  @Test
  void lateLoadIsGivenUpCountedAndClosedWhenItEnds() throws InterruptedException {
    HeldLoad held = new HeldLoad();
    assertThatThrownBy(() -> loads.within(SHORT, "slow", held))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("slow: loading took longer than 20 ms");
    assertThat(loads.abandoned()).isOne();
    held.end();
    assertThat(held.closed).hasValue(1);
    assertThat(loads.abandoned()).isZero();
  }

  @Test
  void interruptGivesUpAndIsKept() throws InterruptedException {
    HeldLoad held = new HeldLoad();
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> loads.within(LONG, "slow", held))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("interrupted");
    assertThat(Thread.interrupted()).isTrue();
    held.end();
    assertThat(held.closed).hasValue(1);
  }

  @Test
  void whoeverTriesAgainAndAgainIsRefused() throws InterruptedException {
    HeldLoad first = new HeldLoad();
    HeldLoad second = new HeldLoad();
    assertThatThrownBy(() -> loads.within(SHORT, "m", first)).hasMessageContaining("longer");
    assertThatThrownBy(() -> loads.within(SHORT, "m", second)).hasMessageContaining("longer");
    HeldLoad third = new HeldLoad();
    assertThatThrownBy(() -> loads.within(SHORT, "m", third))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("loads that passed their deadline and still go on: found 2");
    assertThat(third.thread).hasValue(null);
    first.end();
    third.mayEnd.countDown();
    loads.within(LONG, "m", third).close();
    assertThat(third.closed).hasValue(1);
    second.end();
  }

  @Test
  void modelThatFoldsConstantsForSecondsIsGivenUpAndReported() throws InterruptedException {
    DefaultModelLoader loader = new DefaultModelLoader(RuntimeSettings.of(2));
    // long enough for the load to hold memory of the host while it goes on
    LoadOptions hurried = LoadOptions.builder().within(Duration.ofMillis(50)).build();
    try {
      assertThatThrownBy(() -> ServingFixture.load(loader, "folded_products.onnx", hurried))
          .isInstanceOf(ModelLoadException.class)
          .hasMessageContaining("folded_products.onnx: loading took longer than 50 ms");
      assertThat(loader.closeAndReport())
          .anySatisfy(
              line ->
                  assertThat(line)
                      .contains("loads that passed their deadline go on in the engine (1 now)"))
          .allSatisfy(line -> assertThat(line).contains("go on"));
    } finally {
      awaitLoads(); // the tests after this one expect no such thread
    }
    assertThat(loader.hostBytes()).isZero();
  }

  private static void awaitLoads() throws InterruptedException {
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().startsWith("mlops4j-load")) {
        thread.join();
      }
    }
  }

  @Test
  void untrustedModelAnswersTheSame() {
    try (ServingFixture fixture = new ServingFixture();
        Model model = fixture.load("folded_products.onnx", LoadOptions.untrusted());
        FeatureBatch x = FeatureBatch.builder(fixture.allocator()).floats("x", 1, 2).build();
        Prediction y = model.predict(x)) {
      float[] sums = y.floats("y");
      assertThat(sums[0]).isBetween(1000.5f, 1001.5f);
      assertThat(sums[1] - sums[0]).isEqualTo(1f);
      assertThat(UNTRUSTED.trusted()).isFalse();
      assertThat(UNTRUSTED.cached()).isFalse();
    }
  }

  @Test
  void modelThatFailsOnMadeUpValuesStaysCold() {
    try (ServingFixture fixture = new ServingFixture();
        Model model = fixture.load("fault.onnx", LoadOptions.builder().warmedUp().build());
        FeatureBatch x = FeatureBatch.builder(fixture.allocator()).floats("x", 1).build()) {
      assertThatThrownBy(() -> model.predict(x)).isInstanceOf(InferenceException.class);
    }
  }

  @Test
  void firstCallIsMadeBeforeAnybodyAsksAndListenersDoNotHearOfIt() {
    AtomicInteger heard = new AtomicInteger();
    LoadOptions options =
        ServingFixture.ABCD.toBuilder().listener(event -> heard.incrementAndGet()).build();
    try (ServingFixture fixture = new ServingFixture()) {
      try (Model cold = fixture.load("mlp4.onnx", options)) {
        assertThat(fixture.loader.hostBytes()).isZero();
      }
      try (Model warm = fixture.load("mlp4.onnx", options.toBuilder().warmedUp().build())) {
        assertThat(fixture.loader.hostBytes()).isPositive();
        assertThat(heard).hasValue(0);
      }
      assertThat(fixture.loader.hostBytes()).isZero();
    }
  }

  @Test
  void deadlineMustBeMoreThanZero() {
    assertThatThrownBy(() -> LoadOptions.builder().within(Duration.ZERO).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("deadline: found PT0S, expected more than zero");
    assertThat(LoadOptions.builder().within(SHORT).build().deadline()).contains(SHORT);
  }
}
