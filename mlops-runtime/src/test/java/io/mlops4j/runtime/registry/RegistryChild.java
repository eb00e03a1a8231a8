package io.mlops4j.runtime.registry;

import io.mlops4j.fixture.ChildProcess;
import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Another process that writes into a registry and says on its standard output what was
 * acknowledged: {@code V number id} for a version, {@code A number id} for a record.
 */
public final class RegistryChild {
  private RegistryChild() {}

  /** Arguments: registry, model file, a name for this child, how many rounds. */
  public static void main(String[] args) {
    try (ModelRegistry registry = FileModelRegistry.open(Path.of(args[0]))) {
      System.out.println("READY");
      for (int i = 0; i < Integer.parseInt(args[3]); i++) {
        String id = args[2] + "-" + i;
        ModelVersion version = registry.publish(card(id), Path.of(args[1]));
        System.out.println("V " + version.number() + " " + id);
        AliasRecord record = registry.assign("race@champion", version, change(id));
        System.out.println("A " + record.number() + " " + id);
      }
    }
  }

  public static ModelCard card(String id) {
    return ModelCard.builder("race").parameter("id", id).build();
  }

  static Change change(String id) {
    return Change.by("child").because(id);
  }

  static Process start(Path registry, Path model, String name, int rounds, Path errors)
      throws IOException {
    return start(List.of(), registry, model, name, rounds, errors);
  }

  static Process start(
      List<String> by, Path registry, Path model, String name, int rounds, Path errors)
      throws IOException {
    Path log = Files.createDirectories(errors).resolve(name);
    ProcessBuilder java =
        ChildProcess.java(List.of("-Xmx64m"), RegistryChild.class, registry, model, name, rounds);
    return ChildProcess.start(
        ChildProcess.by(by, java).redirectError(ProcessBuilder.Redirect.appendTo(log.toFile())));
  }
}
