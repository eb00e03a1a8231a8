package io.mlops4j.runtime.cli.registry;

import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegistryOptions;
import io.mlops4j.registry.Retention;
import io.mlops4j.registry.VersionRecord;
import io.mlops4j.runtime.cli.shell.Times;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code delete NAME:NUMBER}: deletes a version. */
@Command(
    name = "delete",
    description = {
      "Deletes a version.",
      "The first gc after the grace period removes its bytes; until then restore undoes the deletion."
          + " Number, digests and card stay forever.",
      "A version cannot be deleted while an alias points to it, or did within the floor, or while a"
          + " process leases it."
    },
    footer = {
      "%nExample:",
      "  mlops4j delete flight-delay:1 --by ana --because \"learned from wrong labels\" \\",
      "      --registry registry"
    })
final class DeleteCommand extends StateCommand {
  @Option(
      names = "--floor",
      paramLabel = "DURATION",
      converter = Times.ToDuration.class,
      description = "How long a version is kept after an alias pointed to it. Default: 90d.")
  private @Nullable Duration floor;

  @Override
  RegistryOptions options(RegistryOptions global) {
    Retention retention = Retention.withDefaults();
    return super.options(global).toBuilder()
        .retention(floor == null ? retention : retention.withFloor(floor))
        .build();
  }

  @Override
  VersionRecord change(ModelRegistry registry, ModelVersion version, Change change) {
    return registry.delete(version, change);
  }
}
