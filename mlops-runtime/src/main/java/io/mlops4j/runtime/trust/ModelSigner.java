package io.mlops4j.runtime.trust;

import io.mlops4j.error.RegistryException;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RecordSigner;
import io.mlops4j.runtime.internal.source.ModelFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Signs models in the form of OpenSSF model signing 1.0. The public tool can verify the signatures:
 * {@code model_signing verify key --signature model.sig --public_key key.pem FOLDER}. Immutable and
 * thread safe. The private key does not leave the caller's security provider.
 *
 * <p>A signer also signs the records of a registry ({@link
 * io.mlops4j.registry.RegistryOptions.Builder#signing}). If different people train and deploy
 * models, give each group its own key.
 */
public final class ModelSigner implements RecordSigner {
  private final PrivateKey secret;
  private final TrustedKey key;

  private ModelSigner(PrivateKey secret, TrustedKey key) {
    this.secret = secret;
    this.key = key;
  }

  /**
   * Creates a signer from a pair of keys.
   *
   * @param secret the private key, for example one inside a hardware module
   * @param key its public key, of P-256, P-384 or P-521
   * @return the signer
   * @throws IllegalArgumentException if it is another kind of key, or the two are not a pair
   */
  public static ModelSigner of(PrivateKey secret, PublicKey key) {
    ModelSigner signer =
        new ModelSigner(Objects.requireNonNull(secret, "secret"), TrustedKey.of(key));
    byte[] probe = {1};
    if (!signer.key.verifies(probe, signer.signature(probe))) {
      throw new IllegalArgumentException(
          "secret: found a private key of another pair, expected that of the " + signer.key);
    }
    return signer;
  }

  /**
   * Reads a pair of keys.
   *
   * @param secret a PEM file with an unencrypted private key, PKCS #8 or SEC 1
   * @param key a PEM file with its public key
   * @return the signer
   * @throws IllegalArgumentException if a file cannot be read, or the keys are not such a pair
   */
  public static ModelSigner read(Path secret, Path key) {
    return of(Pem.privateKey(secret), Pem.publicKey(key));
  }

  /**
   * Returns the key that verifies the signatures.
   *
   * @return the public key
   */
  public TrustedKey key() {
    return key;
  }

  /**
   * Signs a model's file, or a folder with all its files except {@code model.sig}, {@code .git},
   * {@code .github}, {@code .gitattributes} and {@code .gitignore}.
   *
   * @param fileOrFolder the model; not changed
   * @return the bundle, JSON in UTF-8
   * @throws io.mlops4j.error.ModelLoadException if it cannot be read, or contains a link
   */
  public byte[] sign(Path fileOrFolder) {
    ModelFiles model = ModelFiles.list(fileOrFolder);
    Map<String, Digest> digests = new HashMap<>();
    model
        .paths()
        .forEach(
            (name, path) ->
                digests.put(
                    model.isFolder() ? name : Statement.FILE,
                    Digest.sha256(ModelFiles.read(path))));
    Path name = fileOrFolder.toAbsolutePath().normalize().getFileName();
    return sign(name == null ? "model" : name.toString(), digests);
  }

  /**
   * Signs a model and stores the bundle, replacing an earlier one: {@code model.sig} in a folder,
   * {@code NAME.sig} beside a file.
   *
   * @param fileOrFolder the model
   * @return the bundle's file
   * @throws io.mlops4j.error.ModelLoadException if the model cannot be read, or contains a link
   * @throws RegistryException if the bundle cannot be written
   */
  public Path signBeside(Path fileOrFolder) {
    byte[] bundle = sign(fileOrFolder);
    Path file = ModelFiles.signature(fileOrFolder);
    Path aside = file.resolveSibling(file.getFileName() + ".new");
    try {
      Files.write(aside, bundle);
      return Files.move(aside, file, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new RegistryException(
          file + ": cannot write the signature (" + e + "); check permissions and space", e);
    }
  }

  /**
   * Signs a version and adds the bundle to its registry. The signature covers the version's files,
   * which are verified against its digest, and the model's name.
   *
   * @param registry the registry of the version; the caller closes it
   * @param version a version of this registry
   * @return the bundle
   * @throws io.mlops4j.error.IntegrityException if the bytes are not those that were published
   * @throws RegistryException if the bundle cannot be stored
   */
  public byte[] sign(ModelRegistry registry, ModelVersion version) {
    Map<String, Digest> digests = new SourceFiles(registry.source(version)).digests();
    byte[] bundle =
        sign(
            version.name(),
            digests.size() == 1
                ? Map.of(Statement.FILE, digests.values().iterator().next())
                : digests);
    registry.addSignature(version, bundle);
    return bundle;
  }

  private byte[] sign(String name, Map<String, Digest> digests) {
    Map<String, Digest> signed = new HashMap<>(digests);
    signed.keySet().removeIf(new Statement(name, Map.of(), Statement.IGNORED)::ignores);
    byte[] payload = new Statement(name, signed, Statement.IGNORED).write();
    return new Bundle(payload, signature(Bundle.signed(payload)), key.hint(), false).write();
  }

  @Override
  public String keyHint() {
    return key.hint();
  }

  @Override
  public byte[] signRecord(byte[] record) {
    return signature(record);
  }

  byte[] signature(byte[] bytes) {
    try {
      Signature signer = Signature.getInstance(key.curve().signature());
      signer.initSign(secret);
      signer.update(bytes);
      return signer.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException(
          "secret: found a private key of %s that does not sign for %s (%s), expected that of the %s"
              .formatted(secret.getAlgorithm(), key.curve(), e.getMessage(), key),
          e);
    }
  }

  /**
   * Returns a description for people.
   *
   * @return the key
   */
  @Override
  public String toString() {
    return "signer with the " + key;
  }
}
