package io.mlops4j.runtime.cache;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Lines with a checksum behind them. It finds damage; a forger could compute a digest as well, and
 * a digest would first have to load Java's security providers, at the start of a process.
 */
final class SealedText {
  private static final int LARGEST = 1 << 16;
  private static final String SEAL = "seal ";

  private SealedText() {}

  static byte[] write(List<String> lines) {
    String text = String.join("\n", lines).concat("\n");
    CRC32C checksum = new CRC32C();
    checksum.update(text.getBytes(StandardCharsets.UTF_8));
    return String.join("", text, SEAL, Long.toHexString(checksum.getValue()), "\n")
        .getBytes(StandardCharsets.UTF_8);
  }

  static List<String> read(PrivateFolder folder, Path file) throws IOException {
    ByteBuffer bytes = folder.read(file, LARGEST);
    byte[] read = new byte[bytes.remaining()];
    bytes.get(read);
    List<String> lines =
        new ArrayList<>(List.of(new String(read, StandardCharsets.UTF_8).split("\n", -1)));
    if (lines.size() < 3) {
      throw new RefusedException(file, lines.size() + " lines", "a sealed text");
    }
    List<String> sealed = List.copyOf(lines.subList(0, lines.size() - 2));
    if (!Arrays.equals(write(sealed), read)) {
      throw new RefusedException(file, "that it was cut or edited", "the text that was written");
    }
    return sealed;
  }
}
