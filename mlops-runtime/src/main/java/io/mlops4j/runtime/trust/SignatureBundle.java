package io.mlops4j.runtime.trust;

import io.mlops4j.error.DataException;
import io.mlops4j.model.Digest;
import io.mlops4j.runtime.internal.document.Texts;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;

/**
 * The content of a signature in the form of OpenSSF model signing, to be shown or compared: the key
 * that it names and the files that it lists. The content proves nothing, because anyone can write
 * it: a {@link TrustPolicy} verifies the key when a model is loaded. Immutable and thread safe.
 */
public final class SignatureBundle {
  private final Bundle bundle;
  private final Statement statement;

  private SignatureBundle(Bundle bundle, Statement statement) {
    this.bundle = bundle;
    this.statement = statement;
  }

  /**
   * Reads a bundle that a key or a certificate signed.
   *
   * @param bundle as {@link io.mlops4j.registry.ModelRegistry#signatures} returns it
   * @return its content
   * @throws DataException if it is not a bundle, or its statement contradicts itself
   */
  public static SignatureBundle read(byte[] bundle) {
    try {
      Bundle read = Bundle.readAny(bundle);
      return new SignatureBundle(read, read.statement());
    } catch (RefusedSignature e) {
      throw new DataException(
          "found " + e.found() + ", expected a bundle of OpenSSF model signing", e);
    }
  }

  /**
   * Returns the hint of the key, which {@link TrustedKey#hint} explains.
   *
   * @return empty if the bundle names no key, as bundles of older tools and certificates do not
   */
  public Optional<String> keyHint() {
    return bundle.hint();
  }

  /**
   * Returns the signer's name for the model.
   *
   * @return any text
   */
  public String model() {
    return statement.subject();
  }

  /**
   * Returns the digests of the signed files.
   *
   * @return by relative name, unmodifiable; the name is {@code .} for a model that is one file
   */
  public Map<String, Digest> files() {
    return Collections.unmodifiableMap(statement.files());
  }

  /**
   * Compares the signed files with the files of a model. Further files of the model are no
   * mismatch, because a policy may leave them out.
   *
   * @param files the digest of each file by its relative name
   * @return empty if all signed files match, otherwise what was found and expected
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
   * Returns a description for people.
   *
   * @return the model, the number of files, and the key that the bundle names
   */
  @Override
  public String toString() {
    int files = statement.files().size();
    return "signature of %s, %d file%s, naming %s"
        .formatted(Texts.plain(statement.subject()), files, files == 1 ? "" : "s", bundle.signer());
  }
}
