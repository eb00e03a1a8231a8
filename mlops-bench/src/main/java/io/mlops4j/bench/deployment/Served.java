package io.mlops4j.bench.deployment;

import io.mlops4j.bench.engines.Mlp32;
import io.mlops4j.bench.engines.Models;
import io.mlops4j.bench.files.Folders;
import io.mlops4j.bench.ratios.Side;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.Prediction;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.model.ModelCard;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.ModelRuntime;
import io.mlops4j.runtime.deployment.Deployment;
import io.mlops4j.runtime.registry.FileModelRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.BiFunction;

/** The same version of a registry, loaded once or followed, asked by one caller. */
final class Served implements Side {
  private static final Change CHANGE = Change.by("bench");
  private static final String CHAMPION = "mlp@champion";
  private static final String CHALLENGER = "mlp@challenger";

  /**
   * A field of an ONNX model, so that the challenger is another version: two aliases of one version
   * share a loaded model, and with it the memory that both threads write.
   */
  private static final byte[] DOC_STRING = {0x32, 1, 'b'};

  private final Path folder = Files.createTempDirectory("served");
  private final ModelRuntime runtime = ModelRuntime.builder().threads(1).open();
  private final ModelRegistry registry = FileModelRegistry.open(folder);
  private final Model model;
  private final FeatureBatch batch;
  private final float[] answer;

  private Served(int rows, BiFunction<ModelRuntime, ModelRegistry, Model> model)
      throws IOException {
    ModelCard card =
        ModelCard.builder("mlp").features(FeatureSchema.ofNames(Mlp32.names())).build();
    Path file = Models.file("mlp32");
    registry.assign(CHAMPION, registry.publish(card, file), CHANGE);
    Files.write(file, DOC_STRING, StandardOpenOption.APPEND);
    registry.assign(CHALLENGER, registry.publish(card, file), CHANGE);
    this.model = model.apply(runtime, registry);
    this.batch = Mlp32.columns(rows, runtime.allocator());
    this.answer = new float[rows];
  }

  static Side model(int rows) throws IOException {
    return new Served(rows, (runtime, registry) -> runtime.load(registry, CHAMPION));
  }

  static Side deployment(int rows) throws IOException {
    return new Served(rows, (runtime, registry) -> builder(runtime, registry).start());
  }

  static Side shadowed(int rows) throws IOException {
    return new Served(
        rows, (runtime, registry) -> builder(runtime, registry).shadow(CHALLENGER).start());
  }

  private static Deployment.Builder builder(ModelRuntime runtime, ModelRegistry registry) {
    return runtime.deployment(CHAMPION).from(registry).actor("bench");
  }

  @Override
  public float run() {
    try (Prediction prediction = model.predict(batch)) {
      prediction.floats("y", answer, 0);
    }
    return answer[0];
  }

  @Override
  public void close() throws IOException {
    batch.close();
    model.close();
    registry.close();
    runtime.close();
    Folders.delete(folder);
  }
}
