package io.mlops4j.runtime.cli.registry;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The record that must still be the newest when a change is made. */
final class ExpectOption {
  @SuppressWarnings("NullAway.Init") // set by Picocli
  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--expect",
      paramLabel = "N",
      description =
          "Make the change only if record N, as history shows it, is still the newest; 0: only if"
              + " there is no record.")
  private @Nullable Long number;

  /** The number, or null for any. */
  @Nullable Long number() {
    return number;
  }

  void check(long least) {
    if (number != null && number < least) {
      throw new ParameterException(
          spec.commandLine(),
          "--expect: found "
              + number
              + "; expected the number of a record"
              + (least == 0 ? ", or 0 if there is none" : ""));
    }
  }
}
