package io.mlops4j.runtime.cli.registry;

import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.VersionRecord;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

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
final class RetireCommand extends ModelCommand {
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
