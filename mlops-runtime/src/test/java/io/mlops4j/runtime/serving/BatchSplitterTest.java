package io.mlops4j.runtime.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.DeadlineException;
import io.mlops4j.error.InferenceException;
import io.mlops4j.error.ModelInputException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.CallOptions;
import io.mlops4j.inference.InferenceEvent;
import io.mlops4j.inference.InferenceListener;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.Prediction;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.arrow.vector.Float4Vector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Large batches in pieces, through the real engine, against the same batch in one. */
@SuppressWarnings("try") // closing early
class BatchSplitterTest {
  private static final long SEED = 20060606;
  private static final LoadOptions SPLIT =
      ServingFixture.ABCD.toBuilder().independentRows().build();

  private final ServingFixture fixture = new ServingFixture();

  @AfterEach
  void nothingIsForgotten() {
    fixture.close();
  }

  private FeatureBatch rows(int count) {
    Random random = new Random(SEED);
    FeatureBatch.Builder builder = FeatureBatch.builder(fixture.allocator());
    for (String column : List.of("a", "b", "c", "d")) {
      float[] values = new float[count];
      for (int i = 0; i < count; i++) {
        values[i] = random.nextInt(64) / 4f - 8; // exact in float32, in any order of the sums
      }
      builder.floats(column, values);
    }
    return builder.build();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4096, 8191, 8192, 8193, 16_385, 65_536, 100_001})
  void piecesAnswerAsTheWholeBitForBit(int count) {
    ConcurrentLinkedQueue<Integer> heard = new ConcurrentLinkedQueue<>();
    try (ServingModel split =
            fixture.load(
                "mlp4.onnx", SPLIT.toBuilder().listener(event -> heard.add(event.rows())).build());
        ServingModel whole = fixture.load("mlp4.onnx", ServingFixture.ABCD);
        FeatureBatch batch = rows(count);
        FeatureBatch part = batch.slice(count / 3, count - count / 3)) {
      for (FeatureBatch asked : List.of(batch, part, batch)) {
        try (Prediction one = split.predict(asked);
            Prediction other = whole.predict(asked)) {
          assertThat(one.rows()).isEqualTo(asked.rows());
          assertThat(Arrays.equals(one.floats("y"), other.floats("y"))).isTrue();
          assertThat(one.outputs().rows()).isEqualTo(asked.rows());
          assertThat(one.id(asked.rows() - 1).row()).isEqualTo(asked.rows() - 1);
        }
      }
      assertThat(heard).as("one event a call").containsExactly(count, part.rows(), count);
    }
  }

  @Test
  void severalOutputsOfOtherTypesAreJoined() {
    try (ServingModel split =
            fixture.load("classifier.onnx", LoadOptions.builder().independentRows().build());
        ServingModel whole = fixture.load("classifier.onnx");
        FeatureBatch x = lists(20_000)) {
      try (Prediction one = split.predict(x);
          Prediction other = whole.predict(x)) {
        assertThat(Arrays.equals(one.longs("label"), other.longs("label"))).isTrue();
        // ONNX Runtime's softmax takes another way for another number of rows.
        float[] found = one.floats("probabilities");
        float[] expected = other.floats("probabilities");
        assertThat(found).hasSize(expected.length);
        double furthest = 0;
        for (int i = 0; i < found.length; i++) {
          furthest = Math.max(furthest, Math.abs(found[i] - expected[i]));
        }
        assertThat(furthest).isLessThan(1e-6);
      }
    }
  }

  private FeatureBatch lists(int count) {
    Random random = new Random(SEED);
    float[] values = new float[2 * count];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return FeatureBatch.builder(fixture.allocator()).floats("x", values).asTensors(2).build();
  }

  @Test
  void refusedValueIsNamedByItsRowInTheWhole() {
    try (ServingModel model = fixture.load("mlp4.onnx", SPLIT);
        FeatureBatch batch = rows(50_000)) {
      ((Float4Vector) batch.column("c")).setNull(40_007);
      assertThatThrownBy(() -> model.predict(batch))
          .isInstanceOf(ModelInputException.class)
          .hasMessageContaining("row 40007");
    }
  }

  @Test
  void modelWhoseRowsAreNotIndependentIsRefused() {
    try (ServingModel model =
            fixture.load("dynamic.onnx", LoadOptions.builder().independentRows().build());
        FeatureBatch x =
            FeatureBatch.builder(fixture.allocator()).floats("x", ones(10_000)).build()) {
      ((Float4Vector) x.column("x")).set(3, 0);
      assertThatThrownBy(() -> model.predict(x))
          .isInstanceOf(InferenceException.class)
          .hasMessageContaining("load it without independentRows()");
    }
  }

  private static float[] ones(int count) {
    float[] ones = new float[count];
    Arrays.fill(ones, 1);
    return ones;
  }

  @Test
  void deadlineAndCancelEndAllPieces() {
    LoadOptions options = LoadOptions.builder().independentRows().build();
    try (ServingModel endless = fixture.load("endless.onnx", options);
        FeatureBatch x =
            FeatureBatch.builder(fixture.allocator()).floats("x", ones(20_000)).build()) {
      assertThatThrownBy(
              () ->
                  endless.predict(
                      x, CallOptions.withDefaults().withDeadline(Duration.ofMillis(50))))
          .isInstanceOf(DeadlineException.class);
      CompletableFuture<Integer> future =
          endless.predictAsync(x, CallOptions.withDefaults(), Prediction::rows);
      assertThat(future.cancel(true)).isTrue();
      assertThatThrownBy(future::join).isInstanceOf(CancellationException.class);
    }
  }

  @Test
  void textIsNotSplit() {
    try (ServingModel model =
            fixture.load("strings_out.onnx", LoadOptions.builder().independentRows().build());
        FeatureBatch codes =
            FeatureBatch.builder(fixture.allocator()).longs("code", new long[20_000]).build();
        Prediction labels = model.predict(codes)) {
      assertThat(labels.strings("label")).hasSize(20_000).containsOnly("on time");
    }
  }

  @Test
  void eventOfACallInPiecesHasItsTimes() {
    ConcurrentLinkedQueue<Long> runs = new ConcurrentLinkedQueue<>();
    LoadOptions heard =
        SPLIT.toBuilder()
            .listener(event -> runs.add(event.nanos(InferenceEvent.Phase.RUN)))
            .build();
    try (ServingModel model = fixture.load("mlp4.onnx", heard);
        FeatureBatch batch = rows(20_000)) {
      model.predict(batch).close();
      assertThat(runs).singleElement().satisfies(run -> assertThat(run).isPositive());
    }
  }

  /** How long a call took in a phase before it failed. */
  private record Failure(long bind, long run) {}

  private static InferenceListener into(ConcurrentLinkedQueue<Failure> failures) {
    return event -> {
      if (event.error() != null) {
        failures.add(
            new Failure(
                event.nanos(InferenceEvent.Phase.BIND), event.nanos(InferenceEvent.Phase.RUN)));
      }
    };
  }

  @Test
  void failureInTheEngineIsTimedAsItsRun() {
    ConcurrentLinkedQueue<Failure> failures = new ConcurrentLinkedQueue<>();
    LoadOptions options = LoadOptions.builder().independentRows().listener(into(failures)).build();
    Duration deadline = Duration.ofSeconds(1); // the run begins before, also on a busy machine
    try (ServingModel endless = fixture.load("endless.onnx", options);
        FeatureBatch x =
            FeatureBatch.builder(fixture.allocator()).floats("x", ones(20_000)).build()) {
      assertThatThrownBy(
              () -> endless.predict(x, CallOptions.withDefaults().withDeadline(deadline)))
          .isInstanceOf(DeadlineException.class);
    }
    Failure failure = failures.element();
    assertThat(failure.bind()).isZero();
    assertThat(failure.run()).isPositive(); // how much of the deadline is left is the machine's
  }

  @Test
  void refusedValueIsTimedAsItsBinding() {
    ConcurrentLinkedQueue<Failure> failures = new ConcurrentLinkedQueue<>();
    try (ServingModel model =
            fixture.load("mlp4.onnx", SPLIT.toBuilder().listener(into(failures)).build());
        FeatureBatch batch = rows(50_000)) {
      ((Float4Vector) batch.column("c")).setNull(40_007);
      assertThatThrownBy(() -> model.predict(batch)).isInstanceOf(ModelInputException.class);
    }
    Failure failure = failures.element();
    assertThat(failure.bind()).isPositive();
    assertThat(failure.run()).isZero();
  }
}
