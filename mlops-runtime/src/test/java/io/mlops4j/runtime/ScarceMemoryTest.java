package io.mlops4j.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.error.InferenceException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.fixture.ChildProcess;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.Prediction;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A process that may have little memory outside the heap. */
class ScarceMemoryTest {
  private static final Path HUGE_OUT =
      Path.of("src/test/resources/io/mlops4j/runtime/models/engine/huge_out.onnx");

  /** Every row is answered by a million floats. */
  public static void main(String[] args) {
    try (ModelRuntime runtime = ModelRuntime.open();
        Model model = runtime.load(HUGE_OUT)) {
      for (int rows : new int[] {1, 50, 10, 1}) {
        System.out.println(rows + ": " + ask(runtime, model, rows));
      }
    }
  }

  private static String ask(ModelRuntime runtime, Model model, int rows) {
    try (FeatureBatch batch =
            FeatureBatch.builder(runtime.allocator()).floats("x", new float[rows]).build();
        Prediction prediction = model.predict(batch)) {
      return prediction.shape("y")[0] + " rows";
    } catch (InferenceException e) {
      return "refused, split the batch: " + e.getMessage().contains("split the batch");
    }
  }

  @Test
  void answersThatNeedMoreFailTheirCallOnly() throws Exception {
    ProcessBuilder child =
        ChildProcess.java(List.of("-XX:MaxDirectMemorySize=64m"), ScarceMemoryTest.class);
    Process process = ChildProcess.start(child.redirectError(ProcessBuilder.Redirect.DISCARD));
    String said = ChildProcess.output(process);
    assertThat(process.waitFor()).isZero();
    assertThat(said.lines())
        .containsExactlyElementsOf(
            List.of(
                "1: 1 rows",
                "50: refused, split the batch: true", // where the model would write it
                "10: refused, split the batch: true", // where its reader would find it
                "1: 1 rows"));
  }
}
