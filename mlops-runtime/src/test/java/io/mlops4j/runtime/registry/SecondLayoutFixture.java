package io.mlops4j.runtime.registry;

import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegistryOptions;
import io.mlops4j.registry.Retention;
import io.mlops4j.runtime.trust.ModelSigner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;

/**
 * Wrote the registry {@code layout-2}, with a library that let a slow clock write earlier times;
 * see the README beside it. Never run it over the fixture: later libraries write other bytes.
 */
final class SecondLayoutFixture {
  private static final Instant START = Instant.parse("2001-05-03T12:00:00Z");

  private SecondLayoutFixture() {}

  /**
   * Arguments: the folder to make the registry in, one for the models, a private key and its public
   * half, and a file for the head.
   */
  public static void main(String[] args) throws IOException {
    Path root = Path.of(args[0]);
    Path models = Path.of(args[1]);
    ModelSigner signer = ModelSigner.read(Path.of(args[2]), Path.of(args[3]));
    ModelVersion one;
    ModelVersion two;
    ModelVersion three;
    try (ModelRegistry registry = open(root, 0)) {
      one = registry.publish(card(1), Models.mlp4(models));
      two = registry.publish(card(2), Models.mlp4Wrong(models));
      registry.addSignature(one, signer.sign(registry, one));
      registry.assign("delay@champion", one, Change.by("ana").because("first"));
    }
    try (ModelRegistry registry = open(root, 10)) {
      three = registry.publish(card(3), Models.mlp4(models));
      registry.assign("delay@champion", two, Change.by("bob"));
    }
    try (ModelRegistry slow = open(root, -90)) {
      slow.assign("delay@champion", three, Change.by("slow").because("100 days behind"));
      slow.deprecate(one, Change.by("slow"));
    }
    try (ModelRegistry registry = open(root, 20)) {
      registry.assign("delay@champion", two, Change.by("ana").because("back"));
      registry.assign("delay@old", three, Change.by("ana"));
    }
    try (ModelRegistry signing =
        FileModelRegistry.open(root, options(21).toBuilder().signing(signer).build())) {
      signing.assign("delay@signed", one, Change.by("ana"));
      signing.assign("delay@signed", two, Change.by("ana").because("größer ist besser"));
    }
    try (ModelRegistry registry = open(root, 200)) {
      registry.publish(card(4), Models.mlp4(models));
      registry.assign("delay@old", two, Change.by("ana"));
      ModelVersion five = registry.publish(card(5), Models.mlp4Wrong(models));
      registry.delete(five, Change.by("bob").because("too old"));
    }
    try (ModelRegistry registry = open(root, 300)) {
      registry.collect(Change.by("collector"));
      registry.delete(three, Change.by("bob"));
      Files.writeString(Path.of(args[4]), registry.head().toString());
    }
  }

  private static ModelCard card(int id) {
    return ModelCard.builder("delay").parameter("id", Integer.toString(id)).build();
  }

  private static ModelRegistry open(Path root, int days) {
    return FileModelRegistry.open(root, options(days));
  }

  private static RegistryOptions options(int days) {
    return RegistryOptions.builder()
        .retention(Retention.withDefaults().withFloor(Duration.ofDays(30)))
        .clock(Clock.fixed(START.plus(Duration.ofDays(days)), ZoneOffset.UTC))
        .build();
  }
}
