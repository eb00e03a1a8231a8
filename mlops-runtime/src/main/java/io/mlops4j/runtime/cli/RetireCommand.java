package io.mlops4j.runtime.cli;

import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.VersionRecord;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code retire NAME}: takes a model as a whole out of use. */
@Command(
    name = "retire",
    description = {
      "Takes a model as a whole out of use, with who and why.",
      "Its name no longer means a version, nothing new is published under it, and no alias is assigned."
          + " Versions and bytes stay. To undo it, reinstate the model.",
      "A model that an alias names or a process serves is not retired."
    },
    footer = {
      "%nExample:",
      "  mlops4j retire flight-delay --by ana --because \"replaced by flights\" \\",
      "      --registry registry"
    })
final class RetireCommand extends ModelCommand {
  @Option(
      names = "--expect",
      paramLabel = "N",
      description =
          "The number of the newest record that history NAME shows, 0 for none: nothing happens when"
              + " somebody else changed a state meanwhile.")
  private @Nullable Long expected;

  @Override
  void check() {
    super.check();
    if (expected != null && expected < 0) {
      throw misused(
          "--expect: found " + expected + ", expected the number of a record, or 0 for none yet");
    }
  }

  @Override
  VersionRecord change(ModelRegistry registry, String model, Change change) {
    return expected == null
        ? registry.retire(model, change)
        : registry.retire(model, change, expected);
  }
}
