package io.mlops4j.runtime.onnx.environment;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OrtEnvironment;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.fixture.ChildProcess;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.Prediction;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.runtime.ModelRuntime;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/**
 * In processes of their own, as a process has one environment; Linux tells its threads. On some
 * machines one of those counted by name is the environment's, whatever the budget.
 */
@EnabledOnOs(value = OS.LINUX, disabledReason = "only Linux names threads in a file")
class SharedThreadsTest {
  private static final Path MODELS = Path.of("src/test/resources/io/mlops4j/runtime/models");
  private static final List<String> FILES =
      List.of("mlp4", "columns", "columns2d", "dynamic", "classifier", "fixed_batch8");

  /** What the threads of a single session are called: as the thread that opens it. */
  private static final String OF_SESSIONS = "mlops4j-onnx-op";

  /** Loads models with a budget of four threads and says what threads there are. */
  static final class Loads {
    public static void main(String[] args) throws Exception {
      if (args[0].equals("raw")) {
        OrtEnvironment.getEnvironment();
      }
      if (args.length > 1) {
        try (ModelRuntime other =
            ModelRuntime.builder().threads(Integer.parseInt(args[1])).open()) {
          other.load(MODELS.resolve("mlp4.onnx")).close();
        }
      }
      try (ModelRuntime runtime = ModelRuntime.builder().threads(4).strict().open()) {
        List<Model> models = new ArrayList<>();
        models.add(
            runtime.load(
                MODELS.resolve("mlp4.onnx"),
                LoadOptions.builder().features(FeatureSchema.ofNames("a", "b", "c", "d")).build()));
        for (String name : FILES.subList(1, FILES.size())) {
          models.add(runtime.load(MODELS.resolve(name + ".onnx")));
        }
        long count = settled();
        System.out.println(
            (count == 18 ? "own" : count == 0 ? "shared" : "neither: " + count)
                + " "
                + tasks("mlops4j-onnx-st")
                + " "
                + answer(runtime, models.get(0)));
        models.forEach(Model::close);
      }
    }

    /** Six models have three threads each, or none. A thread that opened one may be ending. */
    private static long settled() throws IOException {
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
      long count = tasks(OF_SESSIONS);
      while (count % 18 != 0 && System.nanoTime() < end) {
        count = tasks(OF_SESSIONS);
      }
      return count;
    }

    private static float answer(ModelRuntime runtime, Model model) {
      try (FeatureBatch batch =
              FeatureBatch.builder(runtime.allocator())
                  .floats("a", 1)
                  .floats("b", 2)
                  .floats("c", 3)
                  .floats("d", 4)
                  .build();
          Prediction prediction = model.predict(batch)) {
        return prediction.floats("y")[0];
      }
    }

    private static long tasks(String name) throws IOException {
      try (Stream<Path> tasks = Files.list(Path.of("/proc/self/task"))) {
        return tasks.filter(task -> comm(task).startsWith(name)).count();
      }
    }

    private static String comm(Path task) {
      try {
        return Files.readString(task.resolve("comm"));
      } catch (IOException e) {
        return ""; // it has ended
      }
    }
  }

  private static String run(String... arguments) throws Exception {
    Process process =
        ChildProcess.start(
            ChildProcess.java(List.of(), Loads.class, (Object[]) arguments)
                .redirectError(Redirect.DISCARD));
    String said = ChildProcess.output(process);
    assertThat(process.waitFor()).isZero();
    return said.strip();
  }

  /** How many threads a machine's environment has of its own, where one is enough for runs. */
  private static int ofEnvironment() throws Exception {
    String[] said = run("other", "1").split(" ", -1);
    assertThat(said).startsWith("own").endsWith("7.75");
    return Integer.parseInt(said[1]);
  }

  @Test
  void allModelsOfARuntimeShareThreads() throws Exception {
    assertThat(run("first")).isEqualTo("shared " + (ofEnvironment() + 3) + " 7.75");
  }

  @Test
  void anEnvironmentThatSomebodyElseStartedGivesEachModelItsOwn() throws Exception {
    assertThat(run("raw")).isEqualTo("own 0 7.75");
  }

  @Test
  void aRuntimeWithAnotherBudgetThanTheFirstKeepsToItsOwn() throws Exception {
    assertThat(run("other", "3")).isEqualTo("own " + (ofEnvironment() + 2) + " 7.75");
  }

  @Test
  void noThreadIsSharedWhereOneIsEnough() throws Exception {
    assertThat(ofEnvironment()).isLessThanOrEqualTo(1);
  }
}
