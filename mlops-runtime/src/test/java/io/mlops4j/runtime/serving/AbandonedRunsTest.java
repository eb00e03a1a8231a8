package io.mlops4j.runtime.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.mlops4j.error.DeadlineException;
import io.mlops4j.error.ModelInputException;
import io.mlops4j.error.OverloadedException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.fixture.Waits;
import io.mlops4j.inference.CallOptions;
import io.mlops4j.inference.Closing;
import io.mlops4j.inference.InferenceEvent;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.MicroBatching;
import io.mlops4j.inference.Prediction;
import io.mlops4j.inference.RowModel;
import io.mlops4j.runtime.memory.DirectMemory;
import io.mlops4j.runtime.serving.listening.Listeners;
import io.mlops4j.runtime.serving.listening.ModelIdentity;
import io.mlops4j.runtime.serving.loading.VersionLeases;
import io.mlops4j.spi.EngineModel;
import io.mlops4j.spi.EngineSlot;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Calls of a model whose runs nothing can end: each run waits for the test. */
class AbandonedRunsTest {
  private static final CallOptions SOON =
      CallOptions.withDefaults().withDeadline(Duration.ofMillis(20));
  private static final CallOptions LATER =
      CallOptions.withDefaults().withDeadline(Duration.ofHours(1));

  private final ServingFixture fixture = new ServingFixture();
  private final LoadedModel real = (LoadedModel) fixture.load("mlp4.onnx", ServingFixture.ABCD);
  private final AtomicBoolean freed = new AtomicBoolean();
  private final AtomicInteger entered = new AtomicInteger();
  private boolean abandonedBeyondTheRuntime;
  private volatile CountDownLatch gate = new CountDownLatch(0);

  /** Inputs of the model. */
  record In(float a, float b, float c, float d) {}

  /** Its answer. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Out(float[] y) {}

  @AfterEach
  void close() throws InterruptedException {
    gate.countDown();
    real.close();
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().startsWith("mlops4j-strict") && abandonedBeyondTheRuntime) {
        thread.join();
      }
    }
    fixture.close();
  }

  /** As the real model, but each run waits until the gate is open, whatever is cancelled. */
  private LoadedModel model(int abandonedRuns, MicroBatching batching, Closing closing) {
    EngineModel engine = real.shared().engine();
    EngineModel gated =
        (EngineModel)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {EngineModel.class},
                (self, method, arguments) ->
                    switch (method.getName()) {
                      case "slot" -> gated(engine.slot());
                      case "close" -> {
                        freed.set(true);
                        yield null;
                      }
                      default -> invoke(engine, method, arguments);
                    });
    SharedModel shared =
        new SharedModel(gated, real.shared().binder(), new DirectMemory(), 4, null);
    ModelIdentity identity =
        new ModelIdentity(
            real.servedBy(),
            InferenceEvent.Route.PRIMARY,
            new Listeners(List.of()),
            batching,
            closing,
            abandonedRuns);
    return fixture.loader.register(
        new LoadedModel(
            fixture.loader,
            fixture.loader.context(),
            shared,
            VersionLeases.none(),
            identity,
            "the test"));
  }

  private LoadedModel model() {
    return model(2, MicroBatching.upTo(1), Closing.waits());
  }

  private EngineSlot gated(EngineSlot slot) {
    return (EngineSlot)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {EngineSlot.class},
            (self, method, arguments) -> {
              if (method.getName().equals("run")) {
                CountDownLatch opened = gate;
                entered.incrementAndGet();
                opened.await();
              }
              return method.getName().equals("cancel") ? null : invoke(slot, method, arguments);
            });
  }

  private static Object invoke(Object on, java.lang.reflect.Method method, Object[] arguments)
      throws Throwable {
    try {
      return method.invoke(on, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private FeatureBatch batch() {
    FeatureBatch.Builder columns = FeatureBatch.builder(fixture.allocator());
    for (int i = 0; i < 4; i++) {
      columns.floats("abcd".substring(i, i + 1), ServingFixture.column(i));
    }
    return columns.build();
  }

  /**
   * Calls until the deadline passes while a run waits at the gate. On a busy machine it may pass
   * before, and then nothing is abandoned.
   */
  private void abandon(ThrowingCallable call) {
    int runs = entered.get();
    int before = abandoned();
    for (int i = 0; i < 100 && entered.get() == runs; i++) {
      Throwable thrown = catchThrowable(call);
      assertThat(thrown instanceof ExecutionException ? thrown.getCause() : thrown)
          .isInstanceOf(DeadlineException.class);
      Waits.until( // it waits soon, or has seen that its call has ended
          "the run has begun or ended", () -> abandoned() <= before || entered.get() != runs);
    }
    assertThat(abandoned()).isEqualTo(before + 1);
  }

  private int abandoned() {
    return fixture.loader.figures().abandonedRuns();
  }

  @Test
  void aBatchReturnsAtItsDeadlineAndItsMemoryStaysUntilItsRunHasEnded() {
    gate = new CountDownLatch(1);
    LoadedModel model = model();
    try (FeatureBatch batch = batch();
        FeatureBatch lent = batch()) {
      abandon(() -> model.predict(batch, SOON));
      // Borrowed rows, which their owner frees while the run reads them.
      abandon(() -> model.predict(FeatureBatch.of(lent.root()), SOON));
    }
    assertThat(model.figures().abandonedRuns()).isEqualTo(2);
    assertThat(abandoned()).isEqualTo(2);
    assertThat(model.figures().running()).isZero();
    assertThat(fixture.allocator().getAllocatedMemory()).isPositive();
    gate.countDown();
    model.close();
    assertThat(freed).isTrue();
    assertThat(abandoned()).isZero();
    assertThat(fixture.allocator().getAllocatedMemory()).isZero();
  }

  @Test
  void recordsReturnAtTheirDeadline() {
    gate = new CountDownLatch(1);
    LoadedModel model = model();
    RowModel<In, Out> rows = model.rows(In.class, Out.class);
    abandon(() -> rows.predict(new In(1, 2, 3, 4), SOON));
    assertThat(abandoned()).isOne();
    gate.countDown();
    model.close();
  }

  @Test
  void asynchronousCallsEndAtTheirDeadlineOrWhenTheyAreCancelled() {
    gate = new CountDownLatch(1);
    LoadedModel model = model(4, MicroBatching.upTo(1), Closing.waits());
    RowModel<In, Out> rows = model.rows(In.class, Out.class);
    try (FeatureBatch batch = batch()) {
      abandon(() -> model.predictAsync(batch, SOON, Prediction::rows).get());
      int runs = entered.get();
      CompletableFuture<Integer> call = model.predictAsync(batch, LATER, Prediction::rows);
      Waits.until("the run has begun", () -> entered.get() != runs);
      call.cancel(true);
    }
    abandon(() -> rows.predictAsync(new In(1, 2, 3, 4), SOON).get());
    assertThat(abandoned()).isEqualTo(3);
    gate.countDown();
    model.close();
    assertThat(abandoned()).isZero();
  }

  @Test
  void callsThatAreAnsweredTogetherReturnAtTheirDeadline() {
    gate = new CountDownLatch(1);
    LoadedModel model = model(2, MicroBatching.upTo(8).withoutMeasuring(), Closing.waits());
    RowModel<In, Out> rows = model.rows(In.class, Out.class);
    abandon(() -> rows.predict(new In(1, 2, 3, 4), SOON));
    try (FeatureBatch batch = batch()) {
      abandon(() -> model.predict(batch, SOON));
    }
    assertThat(abandoned()).isEqualTo(2);
    try (FeatureBatch batch = batch()) {
      assertThatThrownBy(() -> rows.predict(new In(1, 2, 3, 4), SOON))
          .isInstanceOf(OverloadedException.class);
      assertThatThrownBy(rows.predictAsync(new In(1, 2, 3, 4), SOON)::get)
          .hasCauseInstanceOf(OverloadedException.class);
      assertThatThrownBy(model.predictAsync(batch, SOON, Prediction::rows)::get)
          .hasCauseInstanceOf(OverloadedException.class);
    }
    gate.countDown();
    model.close();
  }

  @Test
  void tooManyAbandonedRunsRejectCallsWithADeadlineUntilTheyHaveEnded() throws Exception {
    CountDownLatch first = new CountDownLatch(1);
    gate = first;
    LoadedModel model = model(1, MicroBatching.upTo(1), Closing.waits());
    try (FeatureBatch batch = batch()) {
      abandon(() -> model.predict(batch, SOON));
      gate = new CountDownLatch(0);
      assertThatThrownBy(() -> model.predict(batch, LATER))
          .isInstanceOf(OverloadedException.class)
          .hasMessageContaining("abandoned runs: found 1, expected fewer than 1");
      assertThatThrownBy(model.predictAsync(batch, LATER, Prediction::rows)::get)
          .hasCauseInstanceOf(OverloadedException.class);
      assertThat(model.figures().rejected()).isEqualTo(2);
      model.predict(batch).close(); // it has no deadline
      first.countDown();
      Waits.until("no abandoned run goes on", () -> abandoned() == 0);
      try (Prediction answer = model.predict(batch, LATER)) {
        assertThat(answer.vector("y").getValueCount()).isEqualTo(ServingFixture.Y.length);
      }
    }
    model.close();
  }

  @Test
  void whatARunThrowsReachesItsCaller() {
    LoadedModel model = model();
    try (FeatureBatch wrong =
        FeatureBatch.builder(fixture.allocator())
            .floats("a", 1)
            .floats("b", 1)
            .floats("c", 1)
            .strings("d", "no number")
            .build()) {
      assertThatThrownBy(() -> model.predict(wrong, LATER)).isInstanceOf(ModelInputException.class);
    }
    assertThat(abandoned()).isZero();
    model.close();
  }

  @Test
  void closingRefusesBecauseOfAbandonedRunsWhereItRefuses() {
    gate = new CountDownLatch(1);
    LoadedModel model = model(2, MicroBatching.upTo(1), Closing.refuses());
    try (FeatureBatch batch = batch()) {
      abandon(() -> model.predict(batch, SOON));
    }
    assertThatThrownBy(model::close)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("found 1 abandoned run,");
    assertThat(freed).isFalse();
    gate.countDown();
    Waits.until("no abandoned run goes on", () -> abandoned() == 0);
    model.close();
    assertThat(freed).isTrue();
  }

  @Test
  void closingThatEndsCallsReturnsAndTheRunFreesTheModel() {
    gate = new CountDownLatch(1);
    LoadedModel model =
        model(2, MicroBatching.upTo(1), Closing.endsCallsAfter(Duration.ofMillis(1)));
    try (FeatureBatch batch = batch()) {
      abandon(() -> model.predict(batch, SOON));
    }
    model.close();
    assertThat(freed).isFalse();
    assertThat(abandoned()).isOne();
    gate.countDown();
    Waits.until("no abandoned run goes on", () -> abandoned() == 0);
    assertThat(freed).isTrue();
  }

  @Test
  void closingTheRuntimeReportsAbandonedRunsAndFreesNothingUnderThem() {
    gate = new CountDownLatch(1);
    DefaultModelLoader loader = fixture.loader;
    LoadedModel model = model(2, MicroBatching.upTo(1), Closing.endsCallsAfter(Duration.ZERO));
    try (FeatureBatch batch = batch()) {
      abandon(() -> model.predict(batch, SOON));
    }
    abandonedBeyondTheRuntime = true;
    assertThat(loader.closeAndReport())
        .anyMatch(
            line -> line.startsWith("abandoned runs of ended calls go on in the engine (1 now)"));
    assertThat(freed).isFalse();
    gate.countDown();
    Waits.until("no abandoned run goes on", () -> abandoned() == 0);
    assertThat(freed).isTrue();
    assertThat(fixture.allocator().getAllocatedMemory()).isZero();
  }

  @Test
  void aModelIsStrictWhereItWasAskedForOrIsNotTrusted() {
    assertThat(LoadOptions.defaults().abandonedRuns()).isZero();
    assertThat(LoadOptions.builder().strictDeadlines().build().abandonedRuns()).isEqualTo(4);
    assertThat(LoadOptions.untrusted().abandonedRuns()).isEqualTo(4);
    assertThat(LoadOptions.builder().strictDeadlines(7).untrusted().build().abandonedRuns())
        .isEqualTo(7);
    assertThatThrownBy(() -> LoadOptions.builder().strictDeadlines(0).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("abandonedRuns: found 0");
  }
}
