package io.mlops4j.runtime.registry;

import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;

/** Wrote the registry that {@link OldRegistryTest} opens; see the README beside it. */
final class LayoutFixture {
  private LayoutFixture() {}

  /** Arguments: the folder to make the registry in, and one for the models. */
  public static void main(String[] args) throws IOException {
    write(Path.of(args[0]), Path.of(args[1]));
  }

  static void write(Path root, Path models) throws IOException {
    Clock clock = Clock.fixed(Instant.parse("2001-05-03T12:00:00.123456Z"), ZoneOffset.UTC);
    try (ModelRegistry registry = FileModelRegistry.open(root, clock, true)) {
      ModelVersion one = registry.publish(Models.fullCard("flight-delay"), Models.mlp4(models));
      ModelVersion two = registry.publish(Models.card("flight-delay"), Models.mlp4Wrong(models));
      registry.assign(
          "flight-delay@champion", one, Change.by("ana").because("first model; größer ist besser"));
      registry.assign("flight-delay@champion", two, Change.by("bob"));
      registry.assign("flight-delay@challenger", two, Change.by("bob"));

      Path folder = models.resolve("folder");
      Models.mlp4(folder);
      Files.writeString(Files.createDirectories(folder.resolve("data")).resolve("w.bin"), "w");
      registry.publish(Models.card("many-files"), folder);
      Path saved = models.resolve("saved");
      Files.writeString(Files.createDirectories(saved.resolve("variables")).resolve("v"), "v");
      Files.writeString(saved.resolve("saved_model.pb"), "not a real one");
      registry.publish(Models.card("saved-model"), saved);
    }
    try (ModelRegistry linkless = FileModelRegistry.open(root, clock, false)) {
      linkless.assign(
          "flight-delay@champion",
          linkless.resolve("flight-delay:1"),
          Change.by("delay-service").because("alarm 7"));
    }
  }
}
