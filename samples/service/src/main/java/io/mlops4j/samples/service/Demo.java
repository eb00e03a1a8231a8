package io.mlops4j.samples.service;

import io.mlops4j.model.FeatureSchema;
import io.mlops4j.model.ModelCard;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.registry.FileModelRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * Publishes a model of flights to a registry in {@code target}, and starts the service with it. A
 * team's registry exists already; its service starts with {@link Main}.
 */
final class Demo {
  static final String MODEL = "flight-delay";
  static final String CHAMPION = MODEL + "@champion";

  private Demo() {}

  public static void main(String[] args) {
    Path sample = Files.isDirectory(Path.of("models")) ? Path.of("") : Path.of("samples/service");
    Path target = sample.resolve("target/demo");
    publish(sample, target.resolve("registry"));
    Map<String, String> settings = new HashMap<>(System.getenv());
    settings.putIfAbsent("MLOPS_REGISTRY", target.resolve("registry").toString());
    settings.putIfAbsent("MLOPS_MODEL", CHAMPION);
    settings.putIfAbsent("MLOPS_HOST", "127.0.0.1");
    settings.putIfAbsent(
        "MLOPS_REFERENCE", sample.resolve("data/flights-2001-01.arrow").toString());
    settings.putIfAbsent("MLOPS_DATA", target.resolve("data").toString());
    Main.run(settings);
  }

  /** Publishes two versions, and points the alias to the first. A second run changes nothing. */
  static void publish(Path sample, Path folder) {
    try (ModelRegistry registry = FileModelRegistry.open(folder)) {
      if (registry.versions(MODEL).isEmpty()) {
        for (int version = 1; version <= 2; version++) {
          registry.publish(
              ModelCard.builder(MODEL)
                  .description("Will a flight arrive more than 15 minutes late?")
                  .features(
                      FeatureSchema.ofNames("distance", "hour", "weekday", "origin", "destination"))
                  .build(),
              sample.resolve("models/flight-delay-" + version + ".onnx"));
        }
        registry.assign(
            CHAMPION,
            registry.versions(MODEL).get(0),
            Change.by("demo").because("the first version"));
      }
    }
  }
}
