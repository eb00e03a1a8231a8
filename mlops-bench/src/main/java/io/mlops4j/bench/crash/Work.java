package io.mlops4j.bench.crash;

import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.VersionRecord;
import java.nio.file.Path;
import java.util.Random;
import java.util.function.Consumer;

/**
 * What a process does with a registry: publishes, assigns, deprecates, deletes, restores, collects.
 * After each change that returned it tells a line: what, the number it got, and an id that the
 * change carries.
 */
final class Work {
  static final String MODEL = "crash";
  private static final String[] ALIASES = {"champion", "challenger"};

  private final ModelRegistry registry;
  private final Path model;
  private final String name;
  private final Random random;
  private final Consumer<String> tell;
  private int step;

  /**
   * Work that has not begun.
   *
   * @param name of this worker, unlike any other's
   */
  Work(ModelRegistry registry, Path model, String name, Random random, Consumer<String> tell) {
    this.registry = registry;
    this.model = model;
    this.name = name;
    this.random = random;
    this.tell = tell;
  }

  /** A version and what happens to it. */
  void step() {
    String id = name + "-" + step++;
    Change change = Change.by(name).because(id);
    ModelVersion version = registry.publish(card(id), model);
    tell.accept("V " + version.number() + " " + id);
    switch (random.nextInt(5)) {
      case 0 -> {} // nothing follows that would make the version last
      case 1 -> {
        told(registry.deprecate(version, change), id);
        told(registry.restore(version, Change.by(name).because(id + "-back")), id + "-back");
      }
      case 2 -> {
        told(registry.delete(version, change), id);
        registry.collect(Change.by(name).because(id + "-collected"));
      }
      default -> {
        String alias = ALIASES[random.nextInt(ALIASES.length)];
        AliasRecord record = registry.assign(MODEL + "@" + alias, version, change);
        tell.accept("A:" + alias + " " + record.number() + " " + id);
      }
    }
  }

  private void told(VersionRecord record, String id) {
    tell.accept("S " + record.number() + " " + id);
  }

  static ModelCard card(String id) {
    return ModelCard.builder(MODEL).parameter("id", id).build();
  }
}
