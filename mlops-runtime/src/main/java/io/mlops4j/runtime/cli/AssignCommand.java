package io.mlops4j.runtime.cli;

import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegistryOptions;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code assign NAME@ALIAS REF}: what an alias names from now on. */
@Command(
    name = "assign",
    description = {
      "Lets an alias name a version, with who and why.",
      "With --expect nothing happens when somebody else changed the alias meanwhile."
    },
    footer = {
      "%nExample:",
      "  mlops4j assign flight-delay@champion flight-delay:2 --by ana \\",
      "      --because \"better in May\" --expect 1 --registry registry"
    })
final class AssignCommand extends RegistryCommand {
  @SuppressWarnings("NullAway.Init") // set by Picocli
  @Parameters(index = "0", paramLabel = "NAME@ALIAS", description = "The alias.")
  private String alias;

  @SuppressWarnings("NullAway.Init") // set by Picocli
  @Parameters(
      index = "1",
      paramLabel = "REF",
      description = "The version: NAME:NUMBER, or NAME@ALIAS for what another alias names.")
  private String to;

  @Mixin private final WhoOptions who = new WhoOptions();

  @Option(
      names = "--expect",
      paramLabel = "N",
      description = "The number of the alias's newest record, as history shows it; 0: none yet.")
  private @Nullable Long expected;

  @Override
  RegistryOptions options(RegistryOptions shared) {
    return who.signing(shared);
  }

  @Override
  void check() {
    if (expected != null && expected < 0) {
      throw misused(
          "--expect: found " + expected + ", expected the number of a record, or 0 for none yet");
    }
  }

  @Override
  int run(ModelRegistry registry, Output out) throws IOException {
    ModelVersion version = registry.resolve(to);
    AliasRecord record = assign(registry, version);
    out.answer(
        Facts.json(record),
        it ->
            it.line(
                alias
                    + " -> "
                    + version
                    + (record.from() == null ? "" : " (was " + record.from() + ")")
                    + "  "
                    + Facts.text(record.change())));
    return 0;
  }

  private AliasRecord assign(ModelRegistry registry, ModelVersion version) {
    if (expected == null) {
      return registry.assign(alias, version, who.change());
    }
    return expected == 0
        ? registry.assignFirst(alias, version, who.change())
        : registry.assign(
            alias, version, who.change(), Facts.expectedHead(registry, alias, expected));
  }
}
