package io.mlops4j.bench.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.mlops4j.feature.FeatureBatch;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The scripts of docs/from-python: what they write is published, served, and answers as they do.
 */
class FromPythonTest {
  private static final Path PYTHON = Path.of("/usr/bin/python3");
  private static final Path SCRIPTS = Path.of("../docs/from-python").toAbsolutePath().normalize();
  private static final Path PENGUINS =
      Path.of("../mlops-runtime/src/test/resources/io/mlops4j/runtime/models/sklearn/penguins.csv")
          .toAbsolutePath()
          .normalize();

  @TempDir Path temp;

  @BeforeAll
  static void findPython(@TempDir Path folder) throws Exception {
    String problem =
        Files.isExecutable(PYTHON)
            ? run(folder, "-c", "import numpy, sklearn, onnx")
            : "found no " + PYTHON;
    if (!problem.isEmpty()) {
      System.out.println("skipped: docs/from-python needs numpy, sklearn and onnx: " + problem);
    }
    Assumptions.assumeTrue(
        problem.isEmpty(),
        "no numpy, sklearn and onnx for python3: apt-get install python3-sklearn python3-onnx");
  }

  /** What went wrong, empty if nothing did. */
  private static String run(Path folder, String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of(PYTHON.toString(), "-B"));
    command.addAll(List.of(arguments));
    Path output = folder.resolve("output.txt");
    Process python =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    if (!python.waitFor(10, TimeUnit.MINUTES)) {
      python.destroyForcibly();
      return "took more than ten minutes";
    }
    return python.exitValue() == 0 ? "" : Files.readString(output);
  }

  /**
   * The recipes that need more of Python than most machines have; what they write is tested in any
   * case.
   */
  @ParameterizedTest
  @CsvSource({
    "sklearn_pipeline, 'sklearn, skl2onnx'",
    "sklearn_columns, 'sklearn, skl2onnx, pandas'",
    "xgboost_trees, 'xgboost, onnxmltools'",
    "lightgbm_trees, 'lightgbm, onnxmltools'",
    "pytorch_network, torch",
  })
  void recipesRunWhereTheirExportersAreInstalled(String recipe, String needs) throws Exception {
    String missing = run(temp, "-c", "import " + needs);
    if (!missing.isEmpty()) {
      System.out.println("skipped: " + recipe + ".py needs " + needs);
    }
    Assumptions.assumeTrue(missing.isEmpty(), "no " + needs + " for python3: install them by pip");
    Path script = SCRIPTS.resolve("exporters").resolve(recipe + ".py");
    assertThat(run(temp, script.toString(), PENGUINS.toString(), temp.toString()))
        .doesNotContain("Error");
    assertThat(temp.resolve(recipe).resolve("model.onnx")).isNotEmptyFile();
    assertThat(
            CardJson.parse(Files.readString(temp.resolve(recipe).resolve("card.json")))
                .goldenRows())
        .isPresent();
  }

  @ParameterizedTest
  @ValueSource(strings = {"trees", "network"})
  void javaAnswersAsPythonDid(String script) throws Exception {
    String problem =
        run(temp, SCRIPTS.resolve(script + ".py").toString(), PENGUINS.toString(), temp.toString());
    assertThat(problem).isEmpty();
    ModelCard card = CardJson.parse(Files.readString(temp.resolve("card.json")));
    assertThat(card.metrics().get("accuracy")).isGreaterThan(0.75);
    GoldenRows golden = card.goldenRows().orElseThrow();
    assertThat(golden.rows()).isGreaterThanOrEqualTo(5);
    assertThat(golden.tolerance()).isEqualTo(1e-6);

    String alias = card.name() + "@champion";
    try (ModelRegistry registry = FileModelRegistry.open(temp.resolve("registry"));
        ModelRuntime runtime = ModelRuntime.builder().strict().threads(1).open()) {
      registry.assign(
          alias, registry.publish(card, temp.resolve("model.onnx")), Change.by("from-python"));
      try (Deployment served =
              runtime.deployment(alias).from(registry).actor("from-python").start();
          FeatureBatch rows = GoldenBatch.of(runtime.allocator(), golden);
          Prediction answers = served.predict(rows)) {
        float[] male = answers.floats("male");
        List<@Nullable Object> expected = Objects.requireNonNull(golden.outputs().get("male"));
        for (int i = 0; i < golden.rows(); i++) {
          assertThat((double) male[i])
              .as("row " + i)
              .isCloseTo((Double) Objects.requireNonNull(expected.get(i)), within(1e-6));
        }
      }
    }
  }
}
