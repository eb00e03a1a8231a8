package io.mlops4j.runtime.internal.cache;

import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.zip.CRC32C;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;

/** The last line of a sealed text: a function of the text before it. */
@FunctionalInterface
interface Seal {
  /**
   * Detects damage only, because anyone can compute it. It needs no security provider, whose
   * loading would slow down the start of a process.
   */
  Seal CHECKSUM =
      text -> {
        CRC32C checksum = new CRC32C();
        checksum.update(text);
        return Long.toHexString(checksum.getValue());
      };

  /** Seals a text. */
  String of(byte[] text);

  /** HMAC-SHA-256 (RFC 2104) with a key, or the checksum without one. */
  static Seal with(@Nullable SecretKey key) {
    if (key == null) {
      return CHECKSUM;
    }
    return text -> {
      try {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(key);
        return "hmac-sha256:" + HexFormat.of().formatHex(mac.doFinal(text));
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("cannot seal with the model cache's key", e);
      }
    };
  }
}
