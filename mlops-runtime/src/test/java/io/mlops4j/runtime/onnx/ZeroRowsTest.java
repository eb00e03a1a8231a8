package io.mlops4j.runtime.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.ModelInputException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.Prediction;
import io.mlops4j.runtime.ModelRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.arrow.vector.FieldVector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Answers to batches without rows, which have the shapes that Python's ONNX Runtime gives. */
class ZeroRowsTest {
  /** A sum of all rows, their number, and a table whose width the model does not declare. */
  private static final String GRAPH =
      """
      node { op_type: "ReduceSum" input: "x" input: "axes" output: "sum" }
      node { op_type: "Size" input: "x" output: "size" }
      node { op_type: "Unsqueeze" input: "x" input: "one" output: "column" }
      node { op_type: "Expand" input: "column" input: "wide" output: "table" }
      initializer { name: "axes" dims: 1 data_type: 7 int64_data: 0 }
      initializer { name: "one" dims: 1 data_type: 7 int64_data: 1 }
      initializer { name: "wide" dims: 2 data_type: 7 int64_data: 1 int64_data: 3 }
      input { name: "x" type { tensor_type { elem_type: 1 shape { dim { dim_param: "N" } } } } }
      output { name: "sum" type { tensor_type { elem_type: 1 shape { dim { dim_value: 1 } } } } }
      output { name: "size" type { tensor_type { elem_type: 7 shape { } } } }
      output { name: "table" type { tensor_type { elem_type: 1
        shape { dim { dim_param: "N" } dim { dim_param: "K" } } } } }
      """;

  private static final String ZIP_MAP =
      """
      node { op_type: "ZipMap" domain: "ai.onnx.ml" input: "x" output: "maps"
        attribute { name: "classlabels_int64s" type: INTS ints: 1 ints: 2 } }
      input { name: "x" type { tensor_type { elem_type: 1
        shape { dim { dim_param: "N" } dim { dim_value: 2 } } } } }
      output { name: "maps" type { sequence_type { elem_type { map_type {
        key_type: 7 value_type { tensor_type { elem_type: 1 } } } } } } }
      """;

  private static final String FIXED =
      """
      node { op_type: "Neg" input: "x" output: "y" }
      input { name: "x" type { tensor_type { elem_type: 1 shape { dim { dim_value: 2 } } } } }
      output { name: "y" type { tensor_type { elem_type: 1 shape { dim { dim_value: 2 } } } } }
      """;

  @TempDir Path folder;
  private final ModelRuntime runtime = ModelRuntime.builder().strict().open();

  private Model load(String graph) throws IOException {
    return runtime.load(Files.write(folder.resolve("m.onnx"), ProtoText.model(graph)));
  }

  private FeatureBatch none() {
    return FeatureBatch.builder(runtime.allocator()).floats("x").build();
  }

  @Test
  void shapesAreThoseThatTheEngineGives() throws IOException {
    try (runtime;
        Model model = load(GRAPH);
        FeatureBatch none = none();
        Prediction prediction = model.predict(none)) {
      assertThat(prediction.rows()).isZero();
      assertThat(prediction.shape("sum")).containsExactly(1);
      assertThat(prediction.floats("sum")).containsExactly(0f);
      assertThat(prediction.shape("size")).isEmpty();
      assertThat(prediction.longs("size")).containsExactly(0L);
      assertThat(prediction.shape("table")).containsExactly(0, 3);
      assertThat(prediction.vector("table").getValueCount()).isZero();
      assertThat(prediction.outputs().root().getSchema().getFields())
          .extracting(field -> field.getName())
          .containsExactly("table");
    }
  }

  @Test
  void mapsOfNoRowsAreNone() throws IOException {
    try (runtime;
        Model model = load(ZIP_MAP);
        FeatureBatch none =
            FeatureBatch.builder(runtime.allocator()).floats("x").asTensors(2).build();
        Prediction prediction = model.predict(none)) {
      FieldVector maps = prediction.vector("maps");
      assertThat(maps.getValueCount()).isZero();
    }
  }

  @Test
  void aModelOfAFixedNumberOfRowsRefusesNone() throws IOException {
    try (runtime;
        Model model = load(FIXED);
        FeatureBatch none = none()) {
      assertThatThrownBy(() -> model.predict(none))
          .isInstanceOf(ModelInputException.class)
          .hasMessageContaining("found 0 rows, expected 2 rows");
    }
  }

  @Test
  void noRecordsAreAnsweredWithNone() throws IOException {
    try (runtime;
        Model model =
            load(
                "node { op_type: \"Neg\" input: \"x\" output: \"y\" }"
                    + ProtoText.value("input", "x", 1)
                    + ProtoText.value("output", "y", 1))) {
      assertThat(model.rows(X.class, Y.class).predict(List.of())).isEmpty();
    }
  }

  /** A record of one feature. */
  record X(float x) {}

  /** Its answer. */
  record Y(float y) {}
}
