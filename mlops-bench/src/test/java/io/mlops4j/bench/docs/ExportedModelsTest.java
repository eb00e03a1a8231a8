package io.mlops4j.bench.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.mlops4j.error.ModelLoadException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.Prediction;
import io.mlops4j.model.GoldenRows;
import io.mlops4j.model.ModelCard;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.ModelRuntime;
import io.mlops4j.runtime.card.CardJson;
import io.mlops4j.runtime.deployment.Deployment;
import io.mlops4j.runtime.registry.FileModelRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.complex.MapVector;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Models as skl2onnx, onnxmltools, torch.onnx and others export them: each is published, served,
 * and answers as the library that trained it. See README.md beside the models.
 */
class ExportedModelsTest {
  private static final double TOLERANCE = 1e-5;

  @TempDir Path temp;

  @ParameterizedTest
  @CsvSource({
    "sklearn_pipeline, cpu",
    "sklearn_columns, cpu",
    "xgboost_trees, java",
    "lightgbm_trees, java",
    "lightgbm_zipmap, java",
    "catboost_form, java",
    "pytorch_network, cpu",
    "pytorch_external, cpu",
    "keras_form, cpu"
  })
  void javaAnswersAsTheTrainingLibraryDid(String name, String device) throws Exception {
    Path folder = Path.of(getClass().getResource("exporters/" + name).toURI());
    // A model with its weights beside it is loaded by its folder.
    Path model =
        Files.exists(folder.resolve("model.onnx.data"))
            ? alone(folder)
            : folder.resolve("model.onnx");
    ModelCard card = CardJson.parse(Files.readString(folder.resolve("card.json")));
    GoldenRows golden = card.goldenRows().orElseThrow();
    assertThat(golden.rows()).isEqualTo(6);

    String alias = card.name() + "@champion";
    try (ModelRegistry registry = FileModelRegistry.open(temp.resolve("registry"));
        ModelRuntime runtime = ModelRuntime.builder().strict().threads(1).open();
        FeatureBatch rows = GoldenBatch.of(runtime.allocator(), golden)) {
      try (Model loaded =
              runtime.load(
                  model, LoadOptions.builder().features(card.features().orElseThrow()).build());
          Prediction answers = loaded.predict(rows)) {
        assertThat(loaded.placement().devices()).containsExactly(device);
        compare(answers, golden);
      }
      registry.assign(alias, registry.publish(card, model), Change.by("exporters"));
      try (Deployment served = runtime.deployment(alias).from(registry).actor("exporters").start();
          Prediction answers = served.predict(rows)) {
        compare(answers, golden);
      }
    }
  }

  /**
   * CatBoost's export of a binary classifier with boost_from_average=True has two base values,
   * which ONNX Runtime applies differently. The golden rows refuse the model.
   */
  @Test
  void goldenRowsRefuseAnExportThatAnswersDifferently() throws Exception {
    Path folder = Path.of(getClass().getResource("exporters/catboost_bias").toURI());
    ModelCard card = CardJson.parse(Files.readString(folder.resolve("card.json")));
    try (ModelRegistry registry = FileModelRegistry.open(temp.resolve("registry"));
        ModelRuntime runtime = ModelRuntime.builder().strict().threads(1).open()) {
      registry.assign(
          "catboost-bias@champion",
          registry.publish(card, folder.resolve("model.onnx")),
          Change.by("exporters"));
      assertThatThrownBy(
              () ->
                  runtime
                      .deployment("catboost-bias@champion")
                      .from(registry)
                      .actor("exporters")
                      .start())
          .isInstanceOf(ModelLoadException.class)
          .hasMessageContaining("golden row");
    }
  }

  /** The files of the model without its card. */
  private Path alone(Path folder) throws Exception {
    Path model = Files.createDirectory(temp.resolve("model"));
    for (String file : List.of("model.onnx", "model.onnx.data")) {
      Files.copy(folder.resolve(file), model.resolve(file));
    }
    return model;
  }

  private static void compare(Prediction answers, GoldenRows golden) {
    for (Map.Entry<String, List<@Nullable Object>> output : golden.outputs().entrySet()) {
      FieldVector found = answers.vector(output.getKey());
      assertThat(found.getValueCount()).isEqualTo(golden.rows());
      for (int row = 0; row < golden.rows(); row++) {
        assertThat(numbers(found.getObject(row)))
            .as(output.getKey() + ", row " + row)
            .containsExactly(numbers(output.getValue().get(row)), within(TOLERANCE));
      }
    }
  }

  /** The numbers of one row: a number, a list of them, or the values of a map. */
  private static double[] numbers(@Nullable Object row) {
    List<?> values = row instanceof List<?> list ? list : List.of(Objects.requireNonNull(row));
    return values.stream()
        .map(value -> value instanceof Map<?, ?> entry ? entry.get(MapVector.VALUE_NAME) : value)
        .mapToDouble(value -> ((Number) Objects.requireNonNull(value)).doubleValue())
        .toArray();
  }
}
