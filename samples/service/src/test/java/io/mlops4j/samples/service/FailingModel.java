package io.mlops4j.samples.service;

import io.mlops4j.model.FeatureSchema;
import io.mlops4j.model.ModelCard;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.registry.FileModelRegistry;
import java.nio.file.Path;

/** A model of flights that hangs at hour 22 and fails at hour 23. */
final class FailingModel {
  static final int HANGS = 22;
  static final int FAILS = 23;

  private FailingModel() {}

  /** Publishes it in a new registry, as the champion. */
  static void publish(Path folder) {
    publish(folder, "hours.onnx");
  }

  /** The same with a model that hangs within one operator, which ONNX Runtime cannot end. */
  static void publishEndless(Path folder) {
    publish(folder, "operator.onnx");
  }

  private static void publish(Path folder, String name) {
    Path hours =
        RunningService.sample().resolve("src/test/resources/io/mlops4j/samples/service/" + name);
    ModelCard card =
        ModelCard.builder(Demo.MODEL)
            .features(FeatureSchema.ofNames("distance", "hour", "weekday", "origin", "destination"))
            .build();
    try (ModelRegistry registry = FileModelRegistry.open(folder)) {
      registry.assign(
          Demo.CHAMPION, registry.publish(card, hours), Change.by("test").because("test"));
    }
  }
}
