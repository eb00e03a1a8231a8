package io.mlops4j.runtime.cli.registry;

import io.mlops4j.registry.AliasRecord;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegistryOptions;
import io.mlops4j.runtime.cli.shell.ConsoleOutput;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** A change of an alias, with who and why. */
abstract class AliasCommand extends RegistryCommand {
  @SuppressWarnings("NullAway.Init") // set by Picocli
  @Parameters(index = "0", paramLabel = "NAME@ALIAS", description = "The alias.")
  private String alias;

  @Mixin private final ChangeOptions who = new ChangeOptions();
  @Mixin private final ExpectOption expect = new ExpectOption();

  /** The lowest number that {@code --expect} may have. */
  abstract long leastExpected();

  /** Makes the change, only if record {@code expected} is the newest one unless it is null. */
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
}
