package io.mlops4j.runtime.internal.cache;

import io.mlops4j.runtime.internal.file.PrivateFolder;
import io.mlops4j.runtime.internal.file.RefusedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32C;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;

/** The last line of a text file: a function of the lines before it. */
@FunctionalInterface
interface Seal {
  int LARGEST = 1 << 16;

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

  /** Returns the seal of a text. */
  String of(byte[] text);

  /** Returns HMAC-SHA-256 (RFC 2104) with a key, or the checksum without one. */
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

  /** Writes lines and their seal. */
  default byte[] write(List<String> lines) {
    String text = String.join("\n", lines).concat("\n");
    String seal = of(text.getBytes(StandardCharsets.UTF_8));
    return String.join("", text, "seal ", seal, "\n").getBytes(StandardCharsets.UTF_8);
  }

  /** Reads the lines of a file and rejects them if the seal does not match. */
  default List<String> read(PrivateFolder folder, Path file) throws IOException {
    ByteBuffer bytes = folder.read(file, LARGEST);
    byte[] read = new byte[bytes.remaining()];
    bytes.get(read);
    List<String> lines = List.of(new String(read, StandardCharsets.UTF_8).split("\n", -1));
    if (lines.size() < 3) {
      throw new RefusedException(file, lines.size() + " lines", "lines and their seal");
    }
    List<String> sealed = lines.subList(0, lines.size() - 2);
    if (!MessageDigest.isEqual(write(sealed), read)) {
      throw new RefusedException(
          file, "a text that was cut, edited or sealed with another key", "the text as written");
    }
    return sealed;
  }
}
