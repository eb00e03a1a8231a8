package io.mlops4j.runtime.cli.registry;

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

/** The options for the author of a change, the reason and the key. */
@SuppressWarnings("NullAway.Init") // Picocli sets the fields
final class ChangeOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--by",
      paramLabel = "WHO",
      description = "Who makes the change; required, and kept forever.")
  private @Nullable String by;

  @Option(names = "--because", paramLabel = "WHY", description = "Why; kept forever.")
  private String because = "";

  @ArgGroup(exclusive = false)
  private @Nullable RecordKeys keys;

  /** The keys that sign the record. */
  static final class RecordKeys {
    @Option(
        names = "--record-key",
        paramLabel = "PEM",
        required = true,
        description = "Sign the record of the change with this private key.")
    private Path secret;

    @Option(
        names = "--record-public-key",
        paramLabel = "PEM",
        required = true,
        description = "The public key of --record-key.")
    private Path key;
  }

  /** Signs the record. With --trust a record without a signature would be rejected by readers. */
  RegistryOptions signing(RegistryOptions options) {
    actor();
    if (keys != null) {
      return options.toBuilder().signing(ModelSigner.read(keys.secret, keys.key)).build();
    }
    if (options.trust().isPresent()) {
      throw new ParameterException(
          spec.commandLine(),
          "--trust: needs a signed record; add --record-key PEM and --record-public-key PEM");
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
