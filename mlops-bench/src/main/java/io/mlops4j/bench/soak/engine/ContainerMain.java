package io.mlops4j.bench.soak.engine;

import io.mlops4j.bench.soak.part.Child;
import io.mlops4j.bench.soak.part.Expect;
import io.mlops4j.bench.soak.part.Graphs;
import io.mlops4j.error.MlopsException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.Prediction;
import io.mlops4j.runtime.ModelRuntime;
import java.nio.file.Files;
import java.nio.file.Path;

/** Starts the library where it may not be able to, and tells how that ended. */
final class ContainerMain {
  private ContainerMain() {}

  /** The folder for native libraries, if one is to be named. */
  public static void main(String[] args) throws Exception {
    Path folder = Files.createTempDirectory("container");
    Path line = Graphs.save(folder, "line", Graphs.line());
    ModelRuntime.Builder builder = ModelRuntime.builder().strict();
    if (args.length > 0) {
      builder.nativeCache(Path.of(args[0]));
    }
    try (ModelRuntime runtime = builder.open();
        Model model = runtime.load(line);
        FeatureBatch batch = FeatureBatch.builder(runtime.allocator()).floats("x", 1, 2).build();
        Prediction prediction = model.predict(batch)) {
      Expect.same(prediction.floats("y"), 3, 5);
      Child.tell("started with " + Runtime.getRuntime().availableProcessors() + " processor");
    } catch (MlopsException e) {
      Child.tell("refused: " + e.getMessage());
    }
  }
}
