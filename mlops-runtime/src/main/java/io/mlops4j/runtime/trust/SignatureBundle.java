package io.mlops4j.runtime.trust;

import io.mlops4j.error.DataException;
import io.mlops4j.model.Digest;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a signature in the form of OpenSSF model signing says, to be shown or compared: which key it
 * names, and which files it is about. Nothing of it is to be believed: anybody can write such a
 * thing. Whether a key made it is for a {@link TrustPolicy} to judge, when a model is loaded.
 * Immutable and thread safe.
 */
public final class SignatureBundle {
  private final Optional<String> keyHint;
  private final Statement statement;

  private SignatureBundle(Optional<String> keyHint, Statement statement) {
    this.keyHint = keyHint;
    this.statement = statement;
  }

  /**
   * Reads a bundle, signed by a key or with a certificate.
   *
   * @param bundle as {@link io.mlops4j.registry.ModelRegistry#signatures} gives it
   * @return what it says
   * @throws DataException if it is none, or its statement contradicts itself
   */
  public static SignatureBundle read(byte[] bundle) {
    try {
      Bundle read = Bundle.readAny(ByteBuffer.wrap(bundle));
      return new SignatureBundle(read.hint(), read.statement());
    } catch (RefusedSignature e) {
      throw new DataException(
          "found " + e.found() + ", expected a bundle of OpenSSF model signing", e);
    }
  }

  /**
   * What it calls the key, as {@link TrustedKey#hint} does.
   *
   * @return empty where older tools named none, and for signatures with a certificate
   */
  public Optional<String> keyHint() {
    return keyHint;
  }

  /**
   * What it calls the model.
   *
   * @return any text
   */
  public String model() {
    return statement.subject();
  }

  /**
   * The files that it is about.
   *
   * @return digests by relative names, unmodifiable; {@code .} for a model that is one file
   */
  public Map<String, Digest> files() {
    return Collections.unmodifiableMap(new LinkedHashMap<>(statement.files()));
  }

  /**
   * Whether it is about the very files that a model has. That the model has further ones is no
   * mismatch: a policy may leave them out.
   *
   * @param files the digest of each file by its relative name
   * @return empty if it is, otherwise what was found and what was expected
   */
  public Optional<String> mismatch(Map<String, Digest> files) {
    try {
      statement.compare(files);
      return Optional.empty();
    } catch (RefusedSignature e) {
      return Optional.of("found " + e.found() + ", expected the files that were signed");
    }
  }

  /**
   * For people.
   *
   * @return the model, how many files, and the key that it names
   */
  @Override
  public String toString() {
    return "signature of "
        + TrustMessages.plain(statement.subject())
        + ", "
        + statement.files().size()
        + (statement.files().size() == 1 ? " file" : " files")
        + ", by "
        + keyHint
            .map(hint -> "the key " + TrustMessages.abbreviated(hint))
            .orElse("a key it does not name");
  }
}
