package io.mlops4j.runtime.cli.registry;

import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegistryOptions;
import io.mlops4j.runtime.cli.shell.ConsoleOutput;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** A change of an alias, with its author and reason. */
abstract class AliasCommand extends RegistryCommand {
  @SuppressWarnings("NullAway.Init") // set by Picocli
  @Parameters(index = "0", paramLabel = "NAME@ALIAS", description = "The alias.")
  private String alias;

  @Mixin private final ChangeOptions who = new ChangeOptions();
  @Mixin private final ExpectOption expect = new ExpectOption();

  /** The lowest number that {@code --expect} may have. */
  abstract long leastExpected();

  /**
   * Makes the change. If {@code expected} is not null, fails unless it is the number of the newest
   * record.
   */
  abstract AliasRecord change(
      ModelRegistry registry, String alias, Change change, @Nullable Long expected);

  /** The result for people, after the name of the alias. */
  abstract String text(AliasRecord record);

  @Override
  final RegistryOptions options(RegistryOptions global) {
    return who.signing(global);
  }

  @Override
  final void check() {
    expect.check(leastExpected());
  }

  @Override
  final int run(ModelRegistry registry, ConsoleOutput out) throws IOException {
    AliasRecord record = change(registry, alias, who.change(), expect.number());
    out.answer(
        RegistryFacts.json(record),
        it ->
            it.line(
                alias
                    + text(record)
                    + (record.from() == null ? "" : " (was " + record.from() + ")")
                    + "  "
                    + RegistryFacts.text(record.change())));
    return 0;
  }

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
  static final class Assign extends AliasCommand {
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
    AliasRecord change(
        ModelRegistry registry, String alias, Change change, @Nullable Long expected) {
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
  static final class Unassign extends AliasCommand {
    @Override
    long leastExpected() {
      return 1;
    }

    @Override
    AliasRecord change(
        ModelRegistry registry, String alias, Change change, @Nullable Long expected) {
      return expected == null
          ? registry.unassign(alias, change)
          : registry.unassign(alias, change, RegistryFacts.expectedHead(registry, alias, expected));
    }

    @Override
    String text(AliasRecord record) {
      return " removed";
    }
  }
}
