package io.mlops4j.runtime.tensorflow;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.error.EngineUnavailableException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.fixture.ChildProcess;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.Prediction;
import io.mlops4j.runtime.ModelRuntime;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** In processes of their own, with class paths of their own. */
class TensorFlowClassesTest {
  @TempDir Path folder;

  /** Asks an ONNX model, then, if told so, a SavedModel. */
  static final class Application {
    private static final Path SUM =
        Path.of("../src/test/resources/io/mlops4j/runtime/models/compatibility/sum.onnx");

    public static void main(String[] args) {
      try (ModelRuntime runtime = ModelRuntime.open()) {
        try (Model model = runtime.load(SUM);
            FeatureBatch batch =
                FeatureBatch.builder(runtime.allocator()).floats("a", 1).floats("b", 2).build();
            Prediction sum = model.predict(batch)) {
          System.out.println("sum " + sum.floats("sum")[0]);
        }
        if (args.length > 0) {
          runtime.load(TensorFlowUnderTest.MODELS.resolve("fares")).close();
        }
      } catch (EngineUnavailableException e) {
        System.out.println("unavailable " + e.getMessage());
      }
    }
  }

  @Test
  void withoutItsNativesOnnxModelsRunAndSavedModelsNameTheArtifactToAdd() throws Exception {
    assertThat(run(ChildProcess.classPathWithout("tensorflow-core-native"), "ask"))
        .contains("sum 3.0")
        .contains(
            "unavailable tensorflow: found no native library of TensorFlow for this machine on the"
                + " class path: add org.tensorflow:tensorflow-core-native:1.1.0 with the"
                + " classifier ");
  }

  @Test
  void onnxModelsLoadNothingOfIt() throws Exception {
    String output = run(System.getProperty("java.class.path"));
    assertThat(output)
        .contains("sum 3.0")
        .contains("io.mlops4j.runtime.onnx.OnnxEngineProvider source:")
        .doesNotContain("org.tensorflow.")
        .doesNotContain("org.bytedeco.")
        .doesNotContain("TensorFlowEngine source:");
  }

  private String run(String classPath, String... arguments) throws Exception {
    Path output = folder.resolve("output.txt");
    ProcessBuilder builder =
        ChildProcess.java(
            List.of("-Xlog:class+load:stdout"), Application.class, (Object[]) arguments);
    ChildProcess.classPath(builder, classPath).redirectErrorStream(true);
    Process process = ChildProcess.start(builder.redirectOutput(output.toFile()));
    assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
    return Files.readString(output, StandardCharsets.UTF_8);
  }
}
