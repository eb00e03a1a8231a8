package io.mlops4j.runtime.composition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.mlops4j.error.InferenceException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.fixture.Waits;
import io.mlops4j.inference.CallOptions;
import io.mlops4j.inference.Closing;
import io.mlops4j.inference.InferenceEvent;
import io.mlops4j.inference.InferenceEvent.Phase;
import io.mlops4j.inference.InferenceListener;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.MicroBatching;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.Prediction;
import io.mlops4j.inference.PredictionId;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.model.Feature;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.runtime.ModelRuntime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Listeners, closing, cancelling and threads of compositions. */
class CompositionCallsTest {
  private final CompositionFixture fixture = new CompositionFixture();

  @AfterEach
  void nothingIsLeft() {
    fixture.close();
  }

  private Composition.Builder members(Consumer<InferenceEvent> inside) {
    LoadOptions heard =
        LoadOptions.builder()
            .features(FeatureSchema.of(Feature.of("x").withColumn("y")))
            .listener(inside::accept)
            .build();
    return fixture
        .runtime
        .composition("sum")
        .member("one", fixture.plus(1, "x"))
        .member("two", fixture.load("deployment/plus2", heard));
  }

  private FeatureBatch one() {
    return fixture.batch().floats("x", 1).strings("id", "a").build();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private void awaitRunning(Model model) {
    Waits.until(
        "a call runs",
        () ->
            fixture.runtime.figures().models().stream()
                .anyMatch(each -> each.servedBy().equals(model.servedBy()) && each.running() > 0));
  }

  /** What a listener saw of a call. */
  private record Seen(
      ServedBy by,
      InferenceEvent.Route route,
      PredictionId id,
      @Nullable String trace,
      @Nullable Throwable error,
      long nanos,
      List<String> columns) {}

  private static InferenceListener seeing(List<Seen> seen) {
    return new InferenceListener() {
      @Override
      public boolean needsRows() {
        return true;
      }

      @Override
      public void onInference(InferenceEvent event) {
        List<String> columns = new ArrayList<>();
        FeatureBatch features = event.features();
        FeatureBatch outputs = event.outputs();
        if (features != null && outputs != null) {
          features.root().getSchema().getFields().forEach(field -> columns.add(field.getName()));
          outputs.root().getSchema().getFields().forEach(field -> columns.add(field.getName()));
        }
        seen.add(
            new Seen(
                event.servedBy(),
                event.route(),
                event.id(0),
                event.traceId(0),
                event.error(),
                event.nanos(Phase.RUN),
                columns));
      }
    };
  }

  @Nested
  class Listeners {
    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";

    @Test
    void areNotifiedOfTheWholeCallOnce() {
      List<Seen> seen = new ArrayList<>();
      List<Seen> inside = new ArrayList<>();
      InferenceListener member = seeing(inside);
      CallOptions options =
          CallOptions.withDefaults().withTraceparent("00-" + TRACE + "-b7ad6b7169203331-01");
      try (Composition sum = members(member::onInference).listener(seeing(seen)).sequence();
          FeatureBatch batch = one();
          Prediction answer = sum.predict(batch, options)) {
        assertThat(seen).hasSize(1);
        Seen whole = seen.get(0);
        assertThat(whole.by()).isSameAs(answer.servedBy());
        assertThat(whole.id()).isEqualTo(answer.id(0));
        assertThat(whole.route()).isEqualTo(InferenceEvent.Route.PRIMARY);
        assertThat(whole.trace()).isEqualTo(TRACE);
        assertThat(whole.error()).isNull();
        assertThat(whole.nanos()).isPositive();
        assertThat(whole.columns()).containsExactly("x", "id", "y");
        assertThat(inside).hasSize(1);
        assertThat(inside.get(0).trace()).isEqualTo(TRACE);
        assertThat(inside.get(0).by()).isSameAs(answer.servedBy().members().get(1));
        assertThat(inside.get(0).id()).isNotEqualTo(answer.id(0));
      }
    }

    @Test
    void ofMembersSeeKeysAndOutputs() {
      List<Seen> inside = new ArrayList<>();
      LoadOptions heard =
          LoadOptions.builder()
              .features(FeatureSchema.of(Feature.of("x").withColumn("y")).withKey("id"))
              .listener(seeing(inside))
              .build();
      try (Composition sum =
              fixture
                  .runtime
                  .composition("sum")
                  .member("one", fixture.plus(1, "x"))
                  .member("two", fixture.load("deployment/plus2", heard))
                  .sequence();
          FeatureBatch batch = one()) {
        sum.predict(batch).close();
        assertThat(inside.get(0).columns()).containsExactly("x", "id", "y", "y");
      }
    }

    @Test
    void areNotifiedOfFailures() {
      List<Seen> seen = new ArrayList<>();
      LoadOptions y =
          LoadOptions.builder().features(FeatureSchema.of(Feature.of("x").withColumn("y"))).build();
      try (Composition sum =
              fixture
                  .runtime
                  .composition("sum")
                  .member("one", fixture.plus(1, "x"))
                  .member("fault", fixture.load("models/fault", y))
                  .listener(seeing(seen))
                  .sequence();
          FeatureBatch batch = one()) {
        Throwable thrown = catchThrowable(() -> sum.predict(batch));
        assertThat(thrown).isInstanceOf(InferenceException.class);
        assertThat(seen).hasSize(1);
        assertThat(seen.get(0).error()).isSameAs(thrown);
        assertThat(seen.get(0).by()).isEqualTo(sum.servedBy());
      }
    }

    @Test
    void thatFailDoNotFailTheCall() {
      try (Composition sum =
              members(event -> {})
                  .listener(
                      event -> {
                        throw new IllegalStateException("mine");
                      })
                  .sequence();
          FeatureBatch batch = one();
          Prediction answer = sum.predict(batch)) {
        assertThat(answer.floats("y")).containsExactly(4);
      }
    }

    record X(float x) {}

    record Y(float y) {}

    @Test
    void seeTheRowsOfRecords() {
      List<Seen> seen = new ArrayList<>();
      try (Composition sum = members(event -> {}).listener(seeing(seen)).sequence()) {
        sum.rows(X.class, Y.class).predict(new X(1));
        assertThat(seen).hasSize(1);
        assertThat(seen.get(0).columns()).containsExactly("x", "y");
      }
    }
  }

  @Nested
  class Closings {
    @Test
    void rejectNewCallsAndLeaveTheMembersOpen() {
      Composition sum = members(event -> {}).sequence();
      var rows = sum.rows(Listeners.X.class, Listeners.Y.class);
      sum.close();
      sum.close();
      try (FeatureBatch batch = one()) {
        assertThatIllegalStateException()
            .isThrownBy(() -> sum.predict(batch))
            .withMessage("the composition sum is closed; build it again to call it");
        assertThatIllegalStateException().isThrownBy(() -> rows.predict(new Listeners.X(1)));
        assertThatIllegalStateException()
            .isThrownBy(() -> sum.rows(Listeners.X.class, Listeners.Y.class));
        assertThat(sum.predictAsync(batch, CallOptions.withDefaults(), p -> 1))
            .isCompletedExceptionally();
        assertThat(rows.predictAsync(new Listeners.X(1), CallOptions.withDefaults()))
            .isCompletedExceptionally();
        sum.members().get("one").predict(batch).close();
      }
    }

    @Test
    void waitForRunningCalls() throws Exception {
      CountDownLatch inside = new CountDownLatch(1);
      CountDownLatch goOn = new CountDownLatch(1);
      Composition sum =
          members(
                  event -> {
                    inside.countDown();
                    await(goOn);
                  })
              .sequence();
      CompletableFuture<Float> call =
          CompletableFuture.supplyAsync(
              () -> {
                try (FeatureBatch batch = one();
                    Prediction answer = sum.predict(batch)) {
                  return answer.floats("y")[0];
                }
              });
      inside.await();
      Thread closing = new Thread(sum::close);
      closing.start();
      Waits.until(closing, Thread.State.WAITING);
      assertThat(call).isNotDone();
      try (FeatureBatch batch = one()) {
        assertThatIllegalStateException().isThrownBy(() -> sum.predict(batch));
      }
      goOn.countDown();
      assertThat(call.get()).isEqualTo(4);
      closing.join();
    }

    @Test
    void endCallsBeforeTheirNextMember() throws Exception {
      CountDownLatch goOn = new CountDownLatch(1);
      CountDownLatch inside = new CountDownLatch(1);
      LoadOptions waits =
          LoadOptions.builder()
              .listener(
                  event -> {
                    inside.countDown();
                    await(goOn);
                  })
              .build();
      Composition sum =
          fixture
              .runtime
              .composition("sum")
              .member("one", fixture.load("deployment/plus1", waits))
              .member("two", fixture.plus(2, "y"))
              .closing(Closing.endsCallsAfter(Duration.ZERO))
              .sequence();
      AtomicReference<Throwable> failure = new AtomicReference<>();
      Thread call =
          new Thread(
              () -> {
                try (FeatureBatch batch = one()) {
                  failure.set(catchThrowable(() -> sum.predict(batch)));
                }
              });
      call.start();
      inside.await();
      Thread closing = new Thread(sum::close);
      closing.start();
      Waits.until(closing, Thread.State.WAITING);
      goOn.countDown();
      call.join();
      closing.join();
      assertThat(failure.get())
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("the composition sum was closed");
    }

    /** A run that has no end is that of the member of a member. */
    @Test
    void endTheRunOfAMember() throws Exception {
      LoadOptions y =
          LoadOptions.builder().features(FeatureSchema.of(Feature.of("x").withColumn("y"))).build();
      Model endless = fixture.load("models/endless", y);
      try (Composition inner =
          fixture
              .runtime
              .composition("inner")
              .member("one", fixture.plus(1, "x"))
              .member("endless", endless)
              .sequence()) {
        Composition outer =
            fixture
                .runtime
                .composition("outer")
                .member("inner", inner)
                .member("two", fixture.plus(2, "y"))
                .closing(Closing.endsCallsAfter(Duration.ofMillis(1)))
                .sequence();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread call =
            new Thread(
                () -> {
                  try (FeatureBatch batch = one()) {
                    failure.set(catchThrowable(() -> outer.predict(batch)));
                  }
                });
        call.start();
        awaitRunning(endless);
        outer.close();
        call.join();
        assertThat(failure.get())
            .isInstanceOf(IllegalStateException.class)
            .hasMessageStartingWith(
                "composition outer, member inner: composition inner, member endless: ")
            .hasMessageContaining("the composition outer was closed, and the call went on");
      }
    }

    @Test
    void areRefusedDuringCallsIfChosen() {
      AtomicReference<Throwable> refused = new AtomicReference<>();
      AtomicReference<Composition> sum = new AtomicReference<>();
      sum.set(
          members(event -> refused.set(catchThrowable(() -> sum.get().close())))
              .closing(Closing.refuses())
              .sequence());
      try (FeatureBatch batch = one()) {
        sum.get().predict(batch).close();
        assertThat(refused.get())
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("composition sum: found 1 running call, expected none");
        sum.get().predict(batch).close(); // it stayed open
      }
      sum.get().close();
    }

    @Test
    void areRefusedInsideOfACall() {
      AtomicReference<Composition> sum = new AtomicReference<>();
      AtomicReference<Throwable> refused = new AtomicReference<>();
      sum.set(
          members(event -> {})
              .listener(event -> refused.set(catchThrowable(() -> sum.get().close())))
              .sequence());
      try (FeatureBatch batch = one()) {
        sum.get().predict(batch).close();
        assertThat(refused.get())
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("from inside one of its calls");
        assertThat(
                sum.get()
                    .predictAsync(
                        batch,
                        CallOptions.withDefaults(),
                        p -> catchThrowable(() -> sum.get().close()))
                    .join())
            .isInstanceOf(IllegalStateException.class);
      }
      sum.get().close();
    }

    @Test
    void ofTheRuntimeReportAnOpenComposition() {
      ModelRuntime runtime = ModelRuntime.builder().strict().open();
      Model one = runtime.load(CompositionFixture.file("deployment/plus1"));
      Composition mean =
          runtime.composition("mean").member("one", one).member("two", one).average("y");
      try (FeatureBatch batch = FeatureBatch.builder(runtime.allocator()).floats("x", 1).build()) {
        mean.predict(batch).close();
      }
      assertThatIllegalStateException()
          .isThrownBy(runtime::close)
          .withMessageContaining("the composition mean, sha256:")
          .withMessageContaining("was not closed; it was built at")
          .withMessageContaining("CompositionCallsTest");
      assertThat(runtime.hostBytes()).isZero();
      mean.close();
      assertThatIllegalStateException()
          .isThrownBy(
              () -> runtime.composition("mean").member("one", one).member("two", one).average("y"))
          .withMessageContaining("the runtime is closed");
    }
  }

  @Nested
  class Threads {
    @Test
    void cancelledCallsDoNotReachTheNextMember() throws Exception {
      CountDownLatch inside = new CountDownLatch(1);
      CountDownLatch goOn = new CountDownLatch(1);
      List<Seen> second = new ArrayList<>();
      List<Seen> whole = new ArrayList<>();
      LoadOptions waits =
          LoadOptions.builder()
              .listener(
                  event -> {
                    inside.countDown();
                    await(goOn);
                  })
              .build();
      LoadOptions heard =
          LoadOptions.builder()
              .features(FeatureSchema.of(Feature.of("x").withColumn("y")))
              .listener(seeing(second))
              .build();
      try (Composition sum =
          fixture
              .runtime
              .composition("sum")
              .member("one", fixture.load("deployment/plus1", waits))
              .member("two", fixture.load("deployment/plus2", heard))
              .listener(seeing(whole))
              .sequence()) {
        CompletableFuture<Integer> call;
        try (FeatureBatch batch = one()) {
          call = sum.predictAsync(batch, CallOptions.withDefaults(), p -> 1);
        }
        inside.await();
        assertThat(call.cancel(true)).isTrue();
        goOn.countDown();
      } // waits for the call
      assertThat(second).isEmpty();
      assertThat(whole).hasSize(1);
      assertThat(whole.get(0).error()).isInstanceOf(CancellationException.class);
    }

    @Test
    void cancellingEndsTheRunOfAMember() {
      LoadOptions y =
          LoadOptions.builder().features(FeatureSchema.of(Feature.of("x").withColumn("y"))).build();
      Model endless = fixture.load("models/endless", y);
      List<Seen> whole = new ArrayList<>();
      try (Composition sum =
          fixture
              .runtime
              .composition("sum")
              .member("one", fixture.plus(1, "x"))
              .member("endless", endless)
              .listener(seeing(whole))
              .sequence()) {
        CompletableFuture<Integer> call;
        try (FeatureBatch batch = one()) {
          call = sum.predictAsync(batch, CallOptions.withDefaults(), p -> 1);
        }
        awaitRunning(endless);
        call.cancel(true);
      } // waits for the call, which has ended now
      assertThat(whole).hasSize(1);
      assertThat(whole.get(0).error()).isInstanceOf(CancellationException.class);
    }

    /** All workers are in compositions whose members have a queue that workers serve. */
    @Test
    void asynchronousCallsDoNotWaitForEachOther() {
      LoadOptions batched =
          LoadOptions.builder().microBatching(MicroBatching.upTo(8).withoutMeasuring()).build();
      LoadOptions second =
          batched.toBuilder().features(FeatureSchema.of(Feature.of("x").withColumn("y"))).build();
      Model one = fixture.load("deployment/plus1", batched);
      Model two = fixture.load("deployment/plus2", second);
      try (Composition sum =
          fixture.runtime.composition("sum").member("one", one).member("two", two).sequence()) {
        List<CompletableFuture<Float>> calls = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
          try (FeatureBatch batch = fixture.batch().floats("x", i).build()) {
            CallOptions none = CallOptions.withDefaults();
            calls.add(sum.predictAsync(batch, none, p -> p.floats("y")[0]));
            calls.add(one.predictAsync(batch, none, p -> p.floats("y")[0]));
          }
        }
        for (int i = 0; i < 400; i++) {
          assertThat(calls.get(2 * i).join()).isEqualTo(i + 3f);
          assertThat(calls.get(2 * i + 1).join()).isEqualTo(i + 1f);
        }
      }
    }

    @Test
    void manyAtOnceGetTheirOwnAnswers() throws Exception {
      try (Composition sum = members(event -> {}).sequence()) {
        List<Thread> threads = new ArrayList<>();
        List<Throwable> failures = new CopyOnWriteArrayList<>();
        for (int t = 0; t < 4; t++) {
          int from = t * 1000;
          Thread thread =
              new Thread(
                  () -> {
                    try {
                      for (int i = from; i < from + 500; i++) {
                        try (FeatureBatch batch = fixture.batch().floats("x", i).build();
                            Prediction answer = sum.predict(batch)) {
                          assertThat(answer.floats("y")).containsExactly(i + 3f);
                        }
                      }
                    } catch (Throwable e) {
                      failures.add(e);
                    }
                  });
          threads.add(thread);
          thread.start();
        }
        for (Thread thread : threads) {
          thread.join();
        }
        assertThat(failures).isEmpty();
      }
    }
  }

  @Test
  void failuresFreeTheAnswersOfEarlierMembers() {
    try (Composition mean =
        fixture
            .runtime
            .composition("mean")
            .member("one", fixture.plus(1, "x"))
            .member("fault", fixture.load("models/fault"))
            .average("y")) {
      for (int i = 0; i < 100; i++) {
        try (FeatureBatch batch = one()) {
          assertThatThrownBy(() -> mean.predict(batch)).isInstanceOf(InferenceException.class);
        }
      }
      assertThat(fixture.runtime.allocator().getAllocatedMemory()).isZero();
    }
  }
}
