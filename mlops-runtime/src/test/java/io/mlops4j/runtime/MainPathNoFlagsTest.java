package io.mlops4j.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.Prediction;
import io.mlops4j.inference.PredictionId;
import io.mlops4j.inference.RowModel;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.model.FeatureSchema;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.junit.jupiter.api.Test;

/** What needs no JVM flag: batches built here, predictions, their views, records. */
@SuppressWarnings("try") // closing early is what some tests are about
class MainPathNoFlagsTest {
  private static final Path MODELS = Path.of("src/test/resources/io/mlops4j/runtime/models");
  private static final LoadOptions ABCD =
      LoadOptions.builder()
          .features(FeatureSchema.ofNames("a", "b", "c", "d").withKey("id"))
          .build();

  // Rows and answers from expected.json.
  private static final float[][] X = {{1, 2, 3, 4}, {-1, -2, -3, -4}, {0.5f, -0.5f, 2, 8}};
  private static final float[] Y = {7.75f, 4.25f, 0.25f, -0.25f, 5.25f, 12.25f};

  record Row(float a, float b, float c, float d, String id) {}

  @SuppressWarnings("ArrayRecordComponent") // an output of two values a row
  record Answer(float[] y, PredictionId id, ServedBy servedBy) {}

  private static FeatureBatch batch(ModelRuntime runtime) {
    return FeatureBatch.builder(runtime.allocator())
        .strings("id", "first", "second", "third")
        .floats("d", X[0][3], X[1][3], X[2][3])
        .floats("a", X[0][0], X[1][0], X[2][0])
        .floats("b", X[0][1], X[1][1], X[2][1])
        .floats("c", X[0][2], X[1][2], X[2][2])
        .build();
  }

  @Test
  void noFlagIsSet() {
    assertThat(ManagementFactory.getRuntimeMXBean().getInputArguments())
        .noneMatch(flag -> flag.startsWith("--add-opens"));
  }

  @Test
  void batchIsPredictedAndReadAsArrayAndAsView() {
    try (ModelRuntime runtime = ModelRuntime.builder().strict().open();
        Model model = runtime.load(MODELS.resolve("mlp4.onnx"), ABCD)) {
      try (FeatureBatch batch = batch(runtime);
          Prediction prediction = model.predict(batch)) {
        assertThat(prediction.rows()).isEqualTo(3);
        assertThat(prediction.floats("y")).containsExactly(Y);
        FixedSizeListVector view = (FixedSizeListVector) prediction.vector("y");
        Float4Vector values = (Float4Vector) view.getDataVector();
        for (int i = 0; i < Y.length; i++) {
          assertThat(values.get(i)).isEqualTo(Y[i]);
        }
        try (FeatureBatch kept = prediction.outputs().retain()) {
          prediction.close();
          assertThat(((FixedSizeListVector) kept.column("y")).getObject(2))
              .isEqualTo(List.of(Y[4], Y[5]));
        }
        assertThatThrownBy(() -> values.get(0)).isInstanceOf(IndexOutOfBoundsException.class);
      }
      assertThat(runtime.allocator().getAllocatedMemory()).isZero();
    }
  }

  @Test
  void recordsArePredicted() {
    try (ModelRuntime runtime = ModelRuntime.builder().strict().open();
        Model model = runtime.load(MODELS.resolve("mlp4.onnx"), ABCD)) {
      RowModel<Row, Answer> rows = model.rows(Row.class, Answer.class);
      Answer one = rows.predict(new Row(1, 2, 3, 4, "first"));
      assertThat(one.y()).containsExactly(Y[0], Y[1]);
      assertThat(one.servedBy()).isSameAs(model.servedBy());
      List<Answer> two =
          rows.predict(List.of(new Row(-1, -2, -3, -4, "x"), new Row(0.5f, -0.5f, 2, 8, "y")));
      assertThat(two.get(0).y()).containsExactly(Y[2], Y[3]);
      assertThat(two.get(1).y()).containsExactly(Y[4], Y[5]);
      assertThat(two.get(1).id().row()).isEqualTo(1);
      assertThat(two.get(1).id().call()).isEqualTo(one.id().call() + 1);
    }
  }
}
