package io.mlops4j.samples.springboot;

import io.mlops4j.model.ModelCard;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.registry.FileModelRegistry;
import java.nio.file.Path;

/** Publishes a model, then starts the service. In production, the command line publishes. */
final class Sample {
  static final String ALIAS = "flight-delay@champion";

  /** The folder of {@code application.properties}. */
  private static final Path REGISTRY = Path.of("target/spring-boot/registry");

  private static final Path MODELS = Path.of("../quickstart/models");

  private Sample() {}

  /** Points the alias to a version; a version that was published before is not published again. */
  static void serve(ModelRegistry registry, int version) {
    registry.assign(
        ALIAS,
        registry.publish(
            ModelCard.builder("flight-delay").owner("ops-ml").build(),
            MODELS.resolve("flight-delay-" + version + ".onnx")),
        Change.by("ana").because("sample"));
  }

  public static void main(String[] args) {
    try (ModelRegistry registry = FileModelRegistry.open(REGISTRY)) {
      serve(registry, 1);
    }
    DelayService.main(args);
  }
}
