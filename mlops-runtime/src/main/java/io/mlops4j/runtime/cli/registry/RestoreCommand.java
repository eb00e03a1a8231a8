package io.mlops4j.runtime.cli.registry;

import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.VersionRecord;
import picocli.CommandLine.Command;

/** {@code restore NAME:NUMBER}: makes a version active again. */
@Command(
    name = "restore",
    description = {
      "Makes a deprecated or deleted version active again.",
      "A deleted version can be restored until gc has removed its bytes."
    },
    footer = {
      "%nExample:",
      "  mlops4j restore flight-delay:1 --by ana --because \"still needed\" \\",
      "      --registry registry"
    })
final class RestoreCommand extends StateCommand {
  @Override
  VersionRecord change(ModelRegistry registry, ModelVersion version, Change change) {
    return registry.restore(version, change);
  }
}
