package io.mlops4j.runtime.trust;

import io.mlops4j.model.Digest;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.interfaces.ECPublicKey;

/**
 * A public key whose owner may sign models, of the elliptic curve P-256, P-384 or P-521. Immutable
 * and thread safe. Two instances of the same key are equal.
 */
public final class TrustedKey {
  private final PublicKey key;
  private final Curve curve;
  private final String hint;

  private TrustedKey(PublicKey key, Curve curve) {
    this.key = key;
    this.curve = curve;
    this.hint = Digest.sha256(Pem.write(key)).hex();
  }

  /**
   * Trusts a key.
   *
   * @param key a public key of the JDK
   * @return the key
   * @throws IllegalArgumentException if it is not on one of the three curves
   */
  public static TrustedKey of(PublicKey key) {
    if (key instanceof ECPublicKey ec && Curve.of(ec).isPresent()) {
      return new TrustedKey(key, Curve.of(ec).get());
    }
    throw new IllegalArgumentException(
        "key: found a key of "
            + key.getAlgorithm()
            + ", expected one of the elliptic curve P-256, P-384 or P-521");
  }

  /**
   * Reads a key.
   *
   * @param pem a PEM file with a {@code PUBLIC KEY}
   * @return the key
   * @throws IllegalArgumentException if the file cannot be read, or contains no such key
   */
  public static TrustedKey read(Path pem) {
    return of(Pem.publicKey(pem));
  }

  /**
   * Returns the name of the key in signatures: the SHA-256 of its PEM form with 64 columns.
   *
   * @return 64 hexadecimal digits
   */
  public String hint() {
    return hint;
  }

  Curve curve() {
    return curve;
  }

  /** Returns whether the key's owner signed these bytes. */
  boolean verifies(byte[] signed, byte[] signature) {
    try {
      Signature verifier = Signature.getInstance(curve.signature());
      verifier.initVerify(key);
      verifier.update(signed);
      return verifier.verify(signature);
    } catch (SignatureException e) {
      return false; // the bytes are not a signature
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java cannot verify with a key of " + curve, e);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TrustedKey that && hint.equals(that.hint);
  }

  @Override
  public int hashCode() {
    return hint.hashCode();
  }

  /**
   * Returns a description for people.
   *
   * @return for example {@code P-384 key e8450dec4eb9}
   */
  @Override
  public String toString() {
    return curve + " key " + hint.substring(0, 12);
  }
}
