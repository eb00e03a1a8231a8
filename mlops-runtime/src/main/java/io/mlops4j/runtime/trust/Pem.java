package io.mlops4j.runtime.trust;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Keys in PEM files of OpenSSL and GnuTLS: a public key as {@code PUBLIC KEY}, a private key as
 * {@code PRIVATE KEY} (PKCS #8) or {@code EC PRIVATE KEY} (SEC 1). Text around the blocks is
 * ignored.
 */
final class Pem {
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\\s]*)-----END \\1-----");
  private static final int LARGEST = 1 << 16;

  private Pem() {}

  static PublicKey publicKey(Path file) {
    String text = text(file);
    byte[] spki =
        block(text, "PUBLIC KEY").orElseThrow(() -> wrong(file, text, "a \"PUBLIC KEY\""));
    try {
      return KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(spki));
    } catch (GeneralSecurityException e) {
      throw notEc(file, e);
    }
  }

  static PrivateKey privateKey(Path file) {
    String text = text(file);
    byte[] pkcs8 =
        block(text, "PRIVATE KEY")
            .or(() -> block(text, "EC PRIVATE KEY").map(sec1 -> wrapped(file, sec1)))
            .orElseThrow(
                () ->
                    wrong(
                        file, text, "a \"PRIVATE KEY\" or \"EC PRIVATE KEY\" without a password"));
    try {
      return KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
    } catch (GeneralSecurityException e) {
      throw notEc(file, e);
    }
  }

  /** Writes the PEM form of the Python tool's library: 64 columns and a final line feed. */
  static byte[] write(PublicKey key) {
    String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key.getEncoded());
    return ("-----BEGIN PUBLIC KEY-----\n" + body + "\n-----END PUBLIC KEY-----\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  private static String text(Path file) {
    try {
      if (Files.size(file) > LARGEST) {
        throw new IllegalArgumentException(
            "file: found " + file + " with " + Files.size(file) + " bytes, expected a PEM file");
      }
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (NoSuchFileException e) {
      throw new IllegalArgumentException(
          "file: found no "
              + file
              + ", expected a PEM file; check the path, relative ones start at "
              + Path.of("").toAbsolutePath(),
          e);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "file: found " + file + ", which cannot be read (" + e + "), expected a PEM file", e);
    }
  }

  private static Optional<byte[]> block(String text, String kind) {
    for (Matcher block = BLOCK.matcher(text); block.find(); ) {
      if (block.group(1).equals(kind)) {
        try {
          return Optional.of(Base64.getMimeDecoder().decode(block.group(2)));
        } catch (IllegalArgumentException e) {
          return Optional.of(new byte[0]);
        }
      }
    }
    return Optional.empty();
  }

  private static IllegalArgumentException wrong(Path file, String text, String expected) {
    Matcher block = BLOCK.matcher(text);
    String found = block.find() ? "a block \"" + block.group(1) + "\"" : "no PEM block";
    return new IllegalArgumentException(
        "file: found %s with %s, expected %s of an elliptic curve; openssl pkey converts keys"
            .formatted(file, found, expected));
  }

  private static IllegalArgumentException notEc(Path file, Exception cause) {
    return new IllegalArgumentException(
        "file: found %s with a key of no elliptic curve (%s), expected one of P-256, P-384 or P-521"
            .formatted(file, cause.getMessage()),
        cause);
  }

  /** Converts SEC 1 into PKCS #8, which Java reads: the curve moves to the front. */
  private static byte[] wrapped(Path file, byte[] sec1) {
    int at = oid(sec1);
    if (at < 0) {
      throw new IllegalArgumentException(
          "file: found "
              + file
              + " with an \"EC PRIVATE KEY\" that does not name its curve, expected one that does;"
              + " openssl pkey converts it");
    }
    byte[] curve = Arrays.copyOfRange(sec1, at, at + 2 + sec1[at + 1]);
    byte[] ecPublicKey = {6, 7, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 2, 1};
    return der(0x30, der(2, new byte[1]), der(0x30, ecPublicKey, curve), der(4, sec1));
  }

  /** Returns the position of the object identifier in explicit tag 0, behind the secret, or -1. */
  private static int oid(byte[] sec1) {
    for (int i = 0; i + 4 < sec1.length; i++) {
      int length = sec1[i + 1];
      if (sec1[i] == (byte) 0xa0
          && sec1[i + 2] == 6
          && length == sec1[i + 3] + 2
          && i + 2 + length <= sec1.length) {
        return i + 2;
      }
    }
    return -1;
  }

  private static byte[] der(int tag, byte[]... parts) {
    int length = 0;
    for (byte[] part : parts) {
      length += part.length;
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(tag);
    if (length > 255) {
      out.write(0x82);
      out.write(length >> 8);
    } else if (length > 127) {
      out.write(0x81);
    }
    out.write(length);
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }
}
