package io.mlops4j.runtime.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.CallOptions;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.MicroBatching;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.Prediction;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.runtime.serving.batching.CallQueue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The process has no room for another thread when a call needs one. */
class NoThreadTest {
  private static final float Y_OF_THE_ROW = ServingFixture.Y[0][0];
  private static final CallOptions NONE = CallOptions.withDefaults();
  private static final CallOptions MINUTE = NONE.withDeadline(Duration.ofMinutes(1));

  /** Java copies these values when a thread makes another one, so this stops it there. */
  private final InheritableThreadLocal<@Nullable String> full =
      new InheritableThreadLocal<>() {
        @Override
        protected @Nullable String childValue(@Nullable String value) {
          if (value != null) {
            throw new OutOfMemoryError(value);
          }
          return null;
        }
      };

  private final ServingFixture fixture = new ServingFixture();

  @AfterEach
  void nothingIsForgotten() {
    full.remove();
    fixture.close();
  }

  private static LoadOptions.Builder features() {
    return LoadOptions.builder().features(FeatureSchema.ofNames("a", "b", "c", "d"));
  }

  private FeatureBatch batch() {
    return FeatureBatch.builder(fixture.allocator())
        .floats("a", 1)
        .floats("b", 2)
        .floats("c", 3)
        .floats("d", 4)
        .build();
  }

  private CompletableFuture<Float> askBatch(Model model) {
    try (FeatureBatch batch = batch()) {
      return ask(model, batch, NONE);
    }
  }

  private CompletableFuture<Float> ask(Model model, FeatureBatch batch, CallOptions options) {
    return model.predictAsync(batch, options, answer -> answer.floats("y")[0]);
  }

  private void failsOnceAndThenAnswers(LoadOptions load, CallOptions options) throws Exception {
    try (Model model = fixture.load("mlp4.onnx", load)) {
      try (FeatureBatch batch = batch()) {
        full.set("no thread");
        CompletableFuture<Float> failed = ask(model, batch, options);
        full.remove();
        assertThat(catchThrowable(() -> failed.get(30, TimeUnit.SECONDS)))
            .isInstanceOf(ExecutionException.class)
            .hasRootCauseInstanceOf(OutOfMemoryError.class);
        assertThat(ask(model, batch, options).get(30, TimeUnit.SECONDS)).isEqualTo(Y_OF_THE_ROW);
      }
    }
  }

  @Test
  void aCallFailsWhenNoWorkerCanStart() throws Exception {
    failsOnceAndThenAnswers(features().build(), NONE);
  }

  @Test
  void aCallFailsWhenItsDeadlineCannotBeWatched() throws Exception {
    failsOnceAndThenAnswers(features().build(), MINUTE);
  }

  @Test
  void aCallThatMayShareARunFailsWhenNoWorkerCanStart() throws Exception {
    LoadOptions together = features().microBatching(MicroBatching.upTo(8)).build();
    failsOnceAndThenAnswers(together, NONE);
    failsOnceAndThenAnswers(together, MINUTE);
  }

  @Test
  void theCallerAnswersAllPiecesOfALargeBatchWhenNoWorkerCanStart() {
    int rows = 20_000;
    try (Model model = fixture.load("mlp4.onnx", features().independentRows().build());
        FeatureBatch batch =
            FeatureBatch.builder(fixture.allocator())
                .floats("a", repeated(1, rows))
                .floats("b", repeated(2, rows))
                .floats("c", repeated(3, rows))
                .floats("d", repeated(4, rows))
                .build()) {
      assertThatCode(
              () -> {
                try (FeatureBatch first = batch.slice(0, 4096)) {
                  model.predict(first).close(); // opens a session in a thread
                }
                full.set("no thread");
                try (Prediction answer = model.predict(batch)) {
                  assertThat(answer.floats("y")).hasSize(2 * rows).startsWith(ServingFixture.Y[0]);
                }
              })
          .doesNotThrowAnyException();
    }
  }

  private static float[] repeated(float value, int count) {
    float[] values = new float[count];
    Arrays.fill(values, value);
    return values;
  }

  private record Abcd(float a, float b, float c, float d) {}

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Y(float[] y) {}

  /**
   * Of a run that two calls share, each is answered, though no thread starts for its dependents.
   */
  @Test
  void callsThatShareARunAreAnsweredWhenNoWorkerCanStart() throws Exception {
    AtomicInteger runs = new AtomicInteger();
    LoadOptions load =
        features()
            .microBatching(MicroBatching.upTo(8))
            .listener(
                event -> {
                  full.set("no thread"); // in the worker, before it completes the calls
                  runs.incrementAndGet();
                })
            .build();
    CallQueue queue = fixture.loader.context().queue();
    try (Model model = fixture.load("mlp4.onnx", load)) {
      for (boolean records : new boolean[] {false, true}) {
        assertThat(queue.tryEnter()).isTrue();
        assertThat(queue.tryEnter()).as("the second of two processors").isTrue();
        List<CompletableFuture<Float>> calls = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
          calls.add(records ? askRow(model) : askBatch(model));
        }
        assertThat(queue.waiting()).isEqualTo(2);
        queue.leave();
        for (CompletableFuture<Float> call : calls) {
          assertThat(call.get(10, TimeUnit.SECONDS)).isEqualTo(Y_OF_THE_ROW);
        }
        queue.leave();
      }
    }
    assertThat(runs).hasPositiveValue();
  }

  private static CompletableFuture<Float> askRow(Model model) {
    return model
        .rows(Abcd.class, Y.class)
        .predictAsync(new Abcd(1, 2, 3, 4), NONE)
        .thenApply(answer -> answer.y()[0]);
  }
}
