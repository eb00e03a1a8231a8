package io.mlops4j.runtime.cli.shell;

import io.mlops4j.runtime.ModelRuntime;
import io.mlops4j.runtime.trust.TrustPolicy;
import io.mlops4j.runtime.trust.TrustedKey;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Options that say whose signature a model needs. */
public final class ModelTrustOptions {
  @SuppressWarnings("NullAway.Init") // set by Picocli
  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--version-trust",
      paramLabel = "PEM",
      description =
          "The model must be signed with the private key of this public key; may be repeated."
              + " Default: the keys of --trust.")
  private List<Path> keys = new ArrayList<>();

  @Option(
      names = "--allow-unsigned",
      paramLabel = "MODELS",
      arity = "0..1",
      fallbackValue = "*",
      description =
          "These models need no signature, but one that exists must be valid: a name, the beginning"
              + " of one such as sandbox-*, or, without a value, all models; may be repeated.")
  private List<String> unsigned = new ArrayList<>();

  /** For Picocli. */
  public ModelTrustOptions() {}

  /**
   * Returns the policy.
   *
   * @param trusted the keys of {@code --trust}
   * @return empty if no key was given
   */
  public Optional<TrustPolicy> policy(List<Path> trusted) {
    List<Path> files = keys.isEmpty() ? trusted : keys;
    if (files.isEmpty()) {
      if (!unsigned.isEmpty()) {
        throw new ParameterException(
            spec.commandLine(),
            "--allow-unsigned: needs a key; add --trust PEM or --version-trust PEM");
      }
      return Optional.empty();
    }
    TrustPolicy.Builder policy = TrustPolicy.builder();
    for (Path file : files) {
      TrustedKey key = TrustedKey.read(file);
      policy.require("*", key);
      unsigned.forEach(models -> policy.require(models, key));
    }
    unsigned.forEach(policy::allowUnsigned);
    return Optional.of(policy.build());
  }

  /**
   * Opens a runtime that loads only models that the policy allows.
   *
   * @param trusted the keys of {@code --trust}
   * @return a runtime to close; without a key it loads every model
   */
  public ModelRuntime runtime(List<Path> trusted) {
    ModelRuntime.Builder runtime = ModelRuntime.builder();
    policy(trusted).ifPresent(runtime::trust);
    return runtime.open();
  }
}
