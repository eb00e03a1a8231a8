package io.mlops4j.springboot;

import io.mlops4j.model.GoldenRows;
import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.registry.FileModelRegistry;
import java.nio.file.Path;

/** A registry with two versions of the model of the quickstart. */
final class Flights {
  static final String ALIAS = "flight-delay@champion";
  static final Change ANA = Change.by("ana").because("test");
  static final Flight FLIGHT = new Flight(2176, 7, 6, "LAS", "PHL");

  private static final Path MODELS = Path.of("../../samples/quickstart/models");

  private Flights() {}

  record Flight(float distance, int hour, int weekday, String origin, String destination) {}

  record Delay(float probability) {}

  /** Publishes the first version in a folder, and points the alias to it. */
  static Path folder(Path folder) {
    try (ModelRegistry registry = FileModelRegistry.open(folder)) {
      assign(registry, 1);
    }
    return folder;
  }

  static ModelVersion assign(ModelRegistry registry, int number) {
    ModelVersion version =
        registry.publish(
            ModelCard.builder("flight-delay").build(),
            MODELS.resolve("flight-delay-" + number + ".onnx"));
    registry.assign(ALIAS, version, ANA);
    return version;
  }

  /** Publishes a version that does not give the answer of its card, and points the alias to it. */
  static void assignWrong(ModelRegistry registry) {
    GoldenRows wrong =
        GoldenRows.within(0.001)
            .withInput("distance", FLIGHT.distance())
            .withInput("hour", FLIGHT.hour())
            .withInput("weekday", FLIGHT.weekday())
            .withInput("origin", FLIGHT.origin())
            .withInput("destination", FLIGHT.destination())
            .withOutput("probability", 2f);
    registry.assign(
        ALIAS,
        registry.publish(
            ModelCard.builder("flight-delay").goldenRows(wrong).build(),
            MODELS.resolve("flight-delay-1.onnx")),
        ANA);
  }
}
