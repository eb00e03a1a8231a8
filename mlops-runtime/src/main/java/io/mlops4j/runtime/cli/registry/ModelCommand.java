package io.mlops4j.runtime.cli.registry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.model.ModelRef;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegistryOptions;
import io.mlops4j.registry.VersionRecord;
import io.mlops4j.runtime.cli.shell.ConsoleOutput;
import java.io.IOException;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** A change of a model as a whole, with who and why. */
abstract class ModelCommand extends RegistryCommand {
  @SuppressWarnings("NullAway.Init") // set by Picocli
  @Parameters(paramLabel = "NAME", description = "The model.")
  private String model;

  @Mixin private final ChangeOptions who = new ChangeOptions();

  abstract VersionRecord change(ModelRegistry registry, String model, Change change);

  @Override
  RegistryOptions options(RegistryOptions global) {
    return who.signing(global);
  }

  @Override
  void check() {
    ModelRef ref = ModelRef.parse(model);
    if (ref.number().isPresent() || ref.alias().isPresent()) {
      throw misused("NAME: found " + model + "; expected the name of a model alone");
    }
  }

  @Override
  final int run(ModelRegistry registry, ConsoleOutput out) throws IOException {
    VersionRecord record = change(registry, model, who.change());
    ObjectNode json = ConsoleOutput.object().put("model", model);
    out.answer(
        json.setAll(RegistryFacts.json(record)),
        to -> to.line(model + "  " + RegistryFacts.changed(record)));
    return 0;
  }
}
