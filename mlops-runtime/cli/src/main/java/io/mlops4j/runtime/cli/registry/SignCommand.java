package io.mlops4j.runtime.cli.registry;

import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.cli.shell.ConsoleOutput;
import io.mlops4j.runtime.trust.ModelSigner;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sign REF}: stores a signature beside a version. */
@Command(
    name = "sign",
    description = {
      "Signs a version and stores the signature beside it.",
      "The signature is a bundle of OpenSSF model signing. A runtime with a TrustPolicy loads the"
          + " version if the policy trusts the key."
    },
    footer = {
      "%nExample:",
      "  openssl ecparam -name prime256v1 -genkey -noout -out release-key.pem",
      "  openssl ec -in release-key.pem -pubout -out release-key.pub.pem",
      "  mlops4j sign flight-delay:1 --key release-key.pem --public-key release-key.pub.pem \\",
      "      --registry registry"
    })
@SuppressWarnings("NullAway.Init") // Picocli sets the fields
final class SignCommand extends RegistryCommand {
  @Parameters(paramLabel = "REF", description = "NAME, NAME:NUMBER or NAME@ALIAS.")
  private String ref;

  @Option(
      names = "--key",
      paramLabel = "PEM",
      required = true,
      description = "The private key: P-256, P-384 or P-521, not encrypted.")
  private Path secret;

  @Option(
      names = "--public-key",
      paramLabel = "PEM",
      required = true,
      description = "The public key of --key.")
  private Path key;

  @Override
  void check() {
    ModelSigner.read(secret, key);
  }

  @Override
  int run(ModelRegistry registry, ConsoleOutput out) throws IOException {
    ModelSigner signer = ModelSigner.read(secret, key);
    ModelVersion version = registry.resolve(ref);
    byte[] bundle = ticking("sign " + version, () -> signer.sign(registry, version));
    out.answer(
        RegistryFacts.json(version)
            .put("key", signer.key().hint())
            .put("signature", Digest.sha256(bundle).toString()),
        to -> to.line(version + "  signed with the " + signer.key()));
    return 0;
  }
}
