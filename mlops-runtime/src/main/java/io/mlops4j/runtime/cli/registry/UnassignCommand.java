package io.mlops4j.runtime.cli.registry;

import io.mlops4j.registry.AliasRecord;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** {@code unassign NAME@ALIAS}: removes an alias. */
@Command(
    name = "unassign",
    description = {
      "Removes an alias, and records who did it and why. Its records stay.",
      "A deployment that follows the alias goes on serving its version. To undo the removal, assign"
          + " the alias again.",
      "With --expect the alias is left as it is if another change came first."
    },
    footer = {
      "%nExample:",
      "  mlops4j unassign flight-delay@champion --by ana \\",
      "      --because \"replaced by flights\" --registry registry"
    })
final class UnassignCommand extends AliasCommand {
  @Override
  long leastExpected() {
    return 1;
  }

  @Override
  AliasRecord change(ModelRegistry registry, String alias, Change change, @Nullable Long expected) {
    return expected == null
        ? registry.unassign(alias, change)
        : registry.unassign(alias, change, RegistryFacts.expectedHead(registry, alias, expected));
  }

  @Override
  String text(AliasRecord record) {
    return " removed";
  }
}
