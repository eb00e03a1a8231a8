package io.mlops4j.runtime.cli.registry;

import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code assign NAME@ALIAS REF}: points an alias to a version. */
@Command(
    name = "assign",
    description = {
      "Points an alias to a version, and records who did it and why.",
      "With --expect the alias is left as it is if another change came first."
    },
    footer = {
      "%nExample:",
      "  mlops4j assign flight-delay@champion flight-delay:2 --by ana \\",
      "      --because \"better in May\" --expect 1 --registry registry"
    })
final class AssignCommand extends AliasCommand {
  @SuppressWarnings("NullAway.Init") // set by Picocli
  @Parameters(
      index = "1",
      paramLabel = "REF",
      description = "The version: NAME:NUMBER, or NAME@ALIAS for the version of another alias.")
  private String to;

  @Override
  long leastExpected() {
    return 0;
  }

  @Override
  AliasRecord change(ModelRegistry registry, String alias, Change change, @Nullable Long expected) {
    ModelVersion version = registry.resolve(to);
    if (expected == null) {
      return registry.assign(alias, version, change);
    }
    return expected == 0
        ? registry.assignFirst(alias, version, change)
        : registry.assign(
            alias, version, change, RegistryFacts.expectedHead(registry, alias, expected));
  }

  @Override
  String text(AliasRecord record) {
    return " -> " + record.to();
  }
}
