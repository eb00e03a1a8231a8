package io.mlops4j.runtime.cli.registry;

import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.VersionRecord;
import picocli.CommandLine.Command;

/** {@code deprecate NAME:NUMBER}: advises against using a version. */
@Command(
    name = "deprecate",
    description = {
      "Advises against using a version.",
      "A bare name no longer resolves to it while another version is active. It can still be loaded."
    },
    footer = {
      "%nExample:",
      "  mlops4j deprecate flight-delay:1 --by ana --because \"2 is better\" \\",
      "      --registry registry"
    })
final class DeprecateCommand extends StateCommand {
  @Override
  VersionRecord change(ModelRegistry registry, ModelVersion version, Change change) {
    return registry.deprecate(version, change);
  }
}
