package io.mlops4j.runtime.cli;

import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.VersionRecord;
import picocli.CommandLine.Command;

/** {@code deprecate NAME:NUMBER}: advises against a version. */
@Command(
    name = "deprecate",
    description = {
      "Advises against a version.",
      "A bare name no longer means it while there is a better one. Whoever uses it may go on."
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
