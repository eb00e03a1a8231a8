package io.mlops4j.runtime.cli;

import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegistryOptions;
import io.mlops4j.registry.Retention;
import io.mlops4j.registry.VersionRecord;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code delete NAME:NUMBER}: deletes a version that nothing needs. */
@Command(
    name = "delete",
    description = {
      "Deletes a version, for good reasons.",
      "Its bytes go with the first gc after the grace period; until then restore takes it back."
          + " Number, digests and card stay for ever.",
      "What an alias names, named within the floor, or a process has leased is not deleted."
    },
    footer = {
      "%nExample:",
      "  mlops4j delete flight-delay:1 --by ana --because \"learned from wrong labels\" \\",
      "      --registry registry"
    })
final class DeleteCommand extends StateCommand {
  @Option(
      names = "--floor",
      paramLabel = "SPAN",
      converter = Times.ToDuration.class,
      description = "How long what an alias named stays; 90d if not given.")
  private @Nullable Duration floor;

  @Override
  RegistryOptions options(RegistryOptions shared) {
    Retention retention = Retention.withDefaults();
    return super.options(shared).retention(floor == null ? retention : retention.floor(floor));
  }

  @Override
  VersionRecord change(ModelRegistry registry, ModelVersion version, Change change) {
    return registry.delete(version, change);
  }
}
