package io.mlops4j.runtime.cli;

import io.mlops4j.registry.AliasRecord;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegistryOptions;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code unassign NAME@ALIAS}: removes an alias. */
@Command(
    name = "unassign",
    description = {
      "Removes an alias, with who and why. Its records stay.",
      "Deployments that follow it go on serving what they serve. To undo it, assign it again.",
      "With --expect nothing happens when somebody else changed the alias meanwhile."
    },
    footer = {
      "%nExample:",
      "  mlops4j unassign flight-delay@champion --by ana \\",
      "      --because \"replaced by flights\" --registry registry"
    })
final class UnassignCommand extends RegistryCommand {
  @SuppressWarnings("NullAway.Init") // set by Picocli
  @Parameters(paramLabel = "NAME@ALIAS", description = "The alias.")
  private String alias;

  @Mixin private final WhoOptions who = new WhoOptions();

  @Option(
      names = "--expect",
      paramLabel = "N",
      description = "The number of the alias's newest record, as history shows it.")
  private @Nullable Long expected;

  @Override
  RegistryOptions options(RegistryOptions shared) {
    return who.signing(shared);
  }

  @Override
  void check() {
    if (expected != null && expected < 1) {
      throw misused("--expect: found " + expected + ", expected the number of a record");
    }
  }

  @Override
  int run(ModelRegistry registry, Output out) throws IOException {
    AliasRecord record =
        expected == null
            ? registry.unassign(alias, who.change())
            : registry.unassign(alias, who.change(), Facts.expectedHead(registry, alias, expected));
    out.answer(
        Facts.json(record),
        to ->
            to.line(
                alias
                    + " removed"
                    + (record.from() == null ? "" : " (was " + record.from() + ")")
                    + "  "
                    + Facts.text(record.change())));
    return 0;
  }
}
