package io.mlops4j.runtime.cli.registry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.model.ModelRef;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegistryOptions;
import io.mlops4j.registry.VersionRecord;
import io.mlops4j.runtime.cli.shell.ConsoleOutput;
import java.io.IOException;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** A change of the state of one version, with who and why. */
abstract class StateCommand extends RegistryCommand {
  @SuppressWarnings("NullAway.Init") // set by Picocli
  @Parameters(paramLabel = "NAME:NUMBER", description = "The version.")
  private String ref;

  @Mixin private final ChangeOptions who = new ChangeOptions();

  abstract VersionRecord change(ModelRegistry registry, ModelVersion version, Change change);

  @Override
  RegistryOptions options(RegistryOptions global) {
    return who.signing(global);
  }

  /** A bare name or an alias may point to another version by now. */
  @Override
  final void check() {
    if (ModelRef.parse(ref).number().isEmpty()) {
      throw misused(
          "NAME:NUMBER: found "
              + ref
              + "; expected a number, because a name or an alias may point to another version later");
    }
  }

  @Override
  final int run(ModelRegistry registry, ConsoleOutput out) throws IOException {
    ModelVersion version = registry.resolve(ref);
    VersionRecord record = change(registry, version, who.change());
    ObjectNode json = RegistryFacts.json(version);
    out.answer(
        json.setAll(RegistryFacts.json(record)),
        to -> to.line(version + "  " + RegistryFacts.changed(record)));
    return 0;
  }
}
