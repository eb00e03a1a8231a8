package io.mlops4j.flink;

import io.mlops4j.model.ModelCard;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.registry.FileModelRegistry;
import io.mlops4j.runtime.registry.RegistryAddress;
import java.nio.file.Path;

/** Registries with the model plus, whose version n answers x + n. */
final class Registries {
  private static final Path MODELS = Path.of("../src/test/resources/io/mlops4j/runtime");

  private Registries() {}

  static Path model(String file) {
    return MODELS.resolve(file);
  }

  static void publish(ModelRegistry registry, String name, String file) {
    registry.assign(
        name + "@champion",
        registry.publish(ModelCard.builder(name).build(), model(file)),
        Change.by("test"));
  }

  static RegistryAddress folder(Path folder, int versions) {
    try (ModelRegistry registry = FileModelRegistry.open(folder)) {
      for (int version = 1; version <= versions; version++) {
        publish(registry, "plus", "deployment/plus%d.onnx".formatted(version));
      }
    }
    assign(folder, 1);
    return RegistryAddress.folder(folder.toString());
  }

  static void assign(Path folder, int version) {
    try (ModelRegistry registry = FileModelRegistry.open(folder)) {
      registry.assign("plus@champion", registry.resolve("plus:" + version), Change.by("test"));
    }
  }
}
