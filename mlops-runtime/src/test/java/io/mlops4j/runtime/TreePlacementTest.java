package io.mlops4j.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.DeadlineException;
import io.mlops4j.error.ModelInputException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.CallOptions;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.Prediction;
import io.mlops4j.model.Feature;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.model.NullPolicy;
import io.mlops4j.runtime.onnx.tree.RandomTrees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ensembles of trees through the front door: in Java, and by the engine if it is named. */
class TreePlacementTest {
  private final ModelRuntime runtime = ModelRuntime.builder().strict().threads(1).open();

  @TempDir Path temporary;
  private Path file;

  @BeforeEach
  void write() throws IOException {
    RandomTrees trees = new RandomTrees(new Random(3));
    trees.full = true;
    trees.tracksMissing = true;
    file = temporary.resolve("trees.onnx");
    Files.write(file, RandomTrees.model(trees.grow(60, 4).operator()));
  }

  @AfterEach
  void nothingIsForgotten() {
    runtime.close(); // strict: throws if anything is still lent
  }

  private static Feature[] features(NullPolicy nulls) {
    return IntStream.range(0, RandomTrees.FEATURES)
        .mapToObj(i -> Feature.of("f" + i).withNulls(nulls))
        .toArray(Feature[]::new);
  }

  private static LoadOptions.Builder options(NullPolicy nulls) {
    return LoadOptions.builder().features(FeatureSchema.of(features(nulls)));
  }

  /** A row of infinities, NaN, null and numbers. */
  private FeatureBatch row() {
    VectorSchemaRoot root =
        VectorSchemaRoot.of(
            IntStream.range(0, RandomTrees.FEATURES)
                .mapToObj(i -> new Float4Vector("f" + i, runtime.allocator()))
                .toArray(Float4Vector[]::new));
    float[] values = {Float.POSITIVE_INFINITY, Float.NaN, 0, -0f, 0.5f};
    for (int i = 0; i < values.length; i++) {
      Float4Vector column = (Float4Vector) root.getVector(i);
      column.allocateNew(1);
      if (i == 2) {
        column.setNull(0);
      } else {
        column.set(0, values[i]);
      }
      column.setValueCount(1);
    }
    root.setRowCount(1);
    return FeatureBatch.owning(root);
  }

  @Test
  void namingTheEngineSwitchesTheEvaluatorOff() {
    NullPolicy nan = NullPolicy.nan();
    try (Model java = runtime.load(file, options(nan).build());
        Model engine = runtime.load(file, options(nan).engine("onnxruntime").build());
        FeatureBatch row = row();
        Prediction ours = java.predict(row);
        Prediction theirs = engine.predict(row)) {
      assertThat(java.placement().devices()).containsExactly("java");
      assertThat(engine.placement().devices()).containsExactly("cpu");
      assertThat(ours.floats("y")).isEqualTo(theirs.floats("y"));
    }
  }

  @Test
  void nullsAreRefusedWithoutAPolicy() {
    try (Model model = runtime.load(file, options(NullPolicy.reject()).build());
        FeatureBatch row = row()) {
      assertThatThrownBy(() -> model.predict(row))
          .isInstanceOf(ModelInputException.class)
          .hasMessageContaining("f2");
    }
  }

  @Test
  void missingColumnsAreRefused() {
    try (Model model = runtime.load(file, options(NullPolicy.nan()).build());
        FeatureBatch one = FeatureBatch.builder(runtime.allocator()).floats("f0", 1).build()) {
      assertThatThrownBy(() -> model.predict(one)).isInstanceOf(ModelInputException.class);
    }
  }

  /** A batch in pieces on two threads, one on one thread, and single rows. */
  @Test
  void aSplitBatchHasTheAnswersOfItsRows() {
    int rows = 50_000;
    long seed = 20261128;
    Random random = new Random(seed);
    RandomTrees values = new RandomTrees(random);
    float[][] columns = new float[RandomTrees.FEATURES][rows];
    FeatureBatch.Builder batch = FeatureBatch.builder(runtime.allocator());
    for (int i = 0; i < columns.length; i++) {
      for (int row = 0; row < rows; row++) {
        columns[i][row] = values.feature();
      }
      batch.floats("f" + i, columns[i]);
    }
    LoadOptions plain = options(NullPolicy.nan()).build();
    try (ModelRuntime two = ModelRuntime.builder().strict().threads(2).open();
        Model split = two.load(file, plain.toBuilder().independentRows().build());
        Model whole = runtime.load(file, plain);
        FeatureBatch all = batch.build();
        Prediction ours = split.predict(all);
        Prediction theirs = whole.predict(all)) {
      float[] answers = ours.floats("y");
      assertThat(answers).hasSize(rows).isEqualTo(theirs.floats("y"));
      for (int i = 0; i < 200; i++) {
        int row = random.nextInt(rows);
        try (FeatureBatch one = all.slice(row, 1);
            Prediction alone = whole.predict(one)) {
          assertThat(alone.floats("y"))
              .as("seed %d, row %d", seed, row)
              .containsExactly(answers[row]);
        }
      }
    }
  }

  @Test
  void deadlineEndsALongCall() {
    int rows = 2_000_000; // 480 million steps, more than a second
    float[] column = new float[rows];
    FeatureBatch.Builder columns = FeatureBatch.builder(runtime.allocator());
    for (int i = 0; i < RandomTrees.FEATURES; i++) {
      columns.floats("f" + i, column);
    }
    CallOptions soon = CallOptions.withDefaults().withDeadline(Duration.ofMillis(20));
    try (Model model = runtime.load(file, options(NullPolicy.nan()).build());
        FeatureBatch batch = columns.build()) {
      assertThatThrownBy(() -> model.predict(batch, soon)).isInstanceOf(DeadlineException.class);
    }
  }
}
