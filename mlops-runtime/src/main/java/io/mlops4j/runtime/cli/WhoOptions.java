package io.mlops4j.runtime.cli;

import io.mlops4j.registry.Change;
import io.mlops4j.registry.RegistryOptions;
import io.mlops4j.runtime.trust.ModelSigner;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Who changes something, and why. */
final class WhoOptions {
  @SuppressWarnings("NullAway.Init") // set by Picocli
  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--by",
      paramLabel = "WHO",
      description = "Who makes the change, needed for any that is made; kept for ever.")
  private @Nullable String by;

  @Option(names = "--because", paramLabel = "WHY", description = "Why; kept for ever.")
  private String because = "";

  @ArgGroup(exclusive = false)
  private @Nullable Keys keys;

  /** With what the record is signed. */
  static final class Keys {
    @SuppressWarnings("NullAway.Init") // set by Picocli
    @Option(
        names = "--record-key",
        paramLabel = "PEM",
        required = true,
        description = "Sign the record of the change with this private key, for --trust.")
    private Path secret;

    @SuppressWarnings("NullAway.Init") // set by Picocli
    @Option(
        names = "--record-public-key",
        paramLabel = "PEM",
        required = true,
        description = "Its other half.")
    private Path key;
  }

  /** Signs what is written; without keys nobody who is asked to trust some would believe it. */
  RegistryOptions signing(RegistryOptions options) {
    actor();
    if (keys != null) {
      return options.signing(ModelSigner.read(keys.secret, keys.key));
    }
    if (options.trust().isPresent()) {
      throw new ParameterException(
          spec.commandLine(),
          "--trust: found no key to sign the record of the change with, which nobody would believe"
              + " then, expected --record-key and --record-public-key");
    }
    return options;
  }

  Change change() {
    return Change.by(actor()).because(because);
  }

  private String actor() {
    if (by == null) {
      throw new ParameterException(spec.commandLine(), "Missing required option: '--by=WHO'");
    }
    return by;
  }
}
