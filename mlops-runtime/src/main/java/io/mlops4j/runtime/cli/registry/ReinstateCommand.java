package io.mlops4j.runtime.cli.registry;

import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.VersionRecord;
import picocli.CommandLine.Command;

/** {@code reinstate NAME}: makes a retired model usable again. */
@Command(
    name = "reinstate",
    description = {"Makes a retired model usable again, and records who did it and why."},
    footer = {
      "%nExample:",
      "  mlops4j reinstate flight-delay --by ana --because \"still needed\" \\",
      "      --registry registry"
    })
final class ReinstateCommand extends ModelCommand {
  @Override
  VersionRecord change(ModelRegistry registry, String model, Change change) {
    return registry.reinstate(model, change);
  }
}
