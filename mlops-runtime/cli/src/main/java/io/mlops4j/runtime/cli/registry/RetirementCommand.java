package io.mlops4j.runtime.cli.registry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.model.ModelRef;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegistryOptions;
import io.mlops4j.registry.VersionRecord;
import io.mlops4j.runtime.cli.shell.ConsoleOutput;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** A change of the state of a whole model, with its author and reason. */
abstract class RetirementCommand extends RegistryCommand {
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

  /** {@code retire NAME}: takes a model as a whole out of use. */
  @Command(
      name = "retire",
      description = {
        "Takes a model as a whole out of use, and records who did it and why.",
        "Its name no longer resolves to a version. Publishing under it and assigning its aliases fails."
            + " Versions and bytes stay. To undo it, reinstate the model.",
        "A model cannot be retired while an alias points to a version or a process serves one."
      },
      footer = {
        "%nExample:",
        "  mlops4j retire flight-delay --by ana --because \"replaced by flights\" \\",
        "      --registry registry"
      })
  static final class Retire extends RetirementCommand {
    @Mixin private final ExpectOption expect = new ExpectOption();

    @Override
    void check() {
      super.check();
      expect.check(0);
    }

    @Override
    VersionRecord change(ModelRegistry registry, String model, Change change) {
      Long expected = expect.number();
      return expected == null
          ? registry.retire(model, change)
          : registry.retire(model, change, expected);
    }
  }

  /** {@code reinstate NAME}: makes a retired model usable again. */
  @Command(
      name = "reinstate",
      description = {"Makes a retired model usable again, and records who did it and why."},
      footer = {
        "%nExample:",
        "  mlops4j reinstate flight-delay --by ana --because \"still needed\" \\",
        "      --registry registry"
      })
  static final class Reinstate extends RetirementCommand {
    @Override
    VersionRecord change(ModelRegistry registry, String model, Change change) {
      return registry.reinstate(model, change);
    }
  }
}
