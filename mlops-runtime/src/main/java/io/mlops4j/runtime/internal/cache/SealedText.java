package io.mlops4j.runtime.internal.cache;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;

/** Lines with a {@link Seal} behind them. */
final class SealedText {
  private static final int LARGEST = 1 << 16;
  private static final String SEAL = "seal ";

  private SealedText() {}

  static byte[] write(List<String> lines, Seal seal) {
    String text = String.join("\n", lines).concat("\n");
    String sealed = seal.of(text.getBytes(StandardCharsets.UTF_8));
    return String.join("", text, SEAL, sealed, "\n").getBytes(StandardCharsets.UTF_8);
  }

  static List<String> read(PrivateFolder folder, Path file, Seal seal) throws IOException {
    ByteBuffer bytes = folder.read(file, LARGEST);
    byte[] read = new byte[bytes.remaining()];
    bytes.get(read);
    List<String> lines =
        new ArrayList<>(List.of(new String(read, StandardCharsets.UTF_8).split("\n", -1)));
    if (lines.size() < 3) {
      throw new RefusedException(file, lines.size() + " lines", "a sealed text");
    }
    List<String> sealed = List.copyOf(lines.subList(0, lines.size() - 2));
    if (!MessageDigest.isEqual(write(sealed, seal), read)) {
      throw new RefusedException(
          file, "a text that was cut, edited or sealed with another key", "the text as written");
    }
    return sealed;
  }
}
