package io.mlops4j.runtime.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.CallOptions;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.MicroBatching;
import io.mlops4j.inference.Model;
import io.mlops4j.model.FeatureSchema;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The process has no room for another thread when a call needs one. */
@Timeout(60)
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

  private CompletableFuture<Float> ask(Model model, FeatureBatch batch, CallOptions options) {
    return model.predictAsync(batch, options, answer -> answer.floats("y")[0]);
  }

  private void failsOnceAndThenAnswers(LoadOptions load, CallOptions options) throws Exception {
    try (Model model = fixture.load("mlp4.onnx", load)) {
      try (FeatureBatch batch =
          FeatureBatch.builder(fixture.allocator())
              .floats("a", 1)
              .floats("b", 2)
              .floats("c", 3)
              .floats("d", 4)
              .build()) {
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
}
