package io.mlops4j.model;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Objects;

/**
 * A cryptographic digest of bytes, written {@code sha256:<hex>}. Immutable and thread safe.
 *
 * @param algorithm the algorithm; {@code sha256} is the only one
 * @param hex 64 lower-case hexadecimal digits
 */
public record Digest(String algorithm, String hex) {
  private static final String SHA256 = "sha256";

  /**
   * Checks the algorithm and the digits.
   *
   * @param algorithm the algorithm; {@code sha256} is the only one
   * @param hex 64 lower-case hexadecimal digits
   * @throws IllegalArgumentException if the algorithm is not {@code sha256} or the digits are not
   *     64 lower-case hexadecimal ones
   */
  public Digest {
    Objects.requireNonNull(algorithm, "algorithm");
    Objects.requireNonNull(hex, "hex");
    if (!algorithm.equals(SHA256)) {
      throw new IllegalArgumentException(
          "algorithm: found \"" + algorithm + "\", expected \"" + SHA256 + "\"");
    }
    if (!isHex(hex)) {
      throw new IllegalArgumentException(
          "hex: found \"" + hex + "\", expected 64 lower-case hexadecimal digits");
    }
  }

  /**
   * Avoids a regular expression, which would take most of the time where many digests are parsed.
   */
  private static boolean isHex(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
        return false;
      }
    }
    return text.length() == 64;
  }

  /**
   * Parses the text form.
   *
   * @param text {@code sha256:<hex>}
   * @return the digest
   * @throws IllegalArgumentException if the text has another form
   */
  public static Digest parse(String text) {
    int colon = text.indexOf(':');
    if (colon < 0) {
      throw new IllegalArgumentException(
          "digest: found \"" + text + "\", expected sha256:<64 hexadecimal digits>");
    }
    return new Digest(text.substring(0, colon), text.substring(colon + 1));
  }

  /**
   * Computes the digest of a file as a stream.
   *
   * @param file a readable file
   * @return its SHA-256
   * @throws UncheckedIOException if the file cannot be read
   */
  public static Digest sha256(Path file) {
    MessageDigest digest = newSha256();
    byte[] chunk = new byte[1 << 16];
    try (InputStream in = Files.newInputStream(file)) {
      for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
        digest.update(chunk, 0, n);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file + " to digest it", e);
    }
    return of(digest);
  }

  /**
   * Computes the digest of bytes in memory.
   *
   * @param bytes the bytes
   * @return their SHA-256
   */
  public static Digest sha256(byte[] bytes) {
    return sha256(ByteBuffer.wrap(bytes));
  }

  /**
   * Computes the digest of the remaining bytes of a buffer. The buffer's position does not change.
   *
   * @param bytes the bytes
   * @return their SHA-256
   */
  public static Digest sha256(ByteBuffer bytes) {
    MessageDigest digest = newSha256();
    digest.update(bytes.duplicate());
    return of(digest);
  }

  private static MessageDigest newSha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private static Digest of(MessageDigest digest) {
    return new Digest(SHA256, HexFormat.of().formatHex(digest.digest()));
  }

  /**
   * Returns the first twelve digits, for people. Do not compare digests by them.
   *
   * @return for example {@code sha256:0123456789ab}
   */
  public String abbreviated() {
    return algorithm + ":" + hex.substring(0, 12);
  }

  /**
   * Returns the text form that {@link #parse} reads.
   *
   * @return {@code sha256:<hex>}
   */
  @Override
  public String toString() {
    return algorithm + ":" + hex;
  }
}
