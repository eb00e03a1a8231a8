package io.mlops4j.runtime;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Files as strangers might make them: a good one with a few changes, the same for the same seed.
 */
public final class Mutations {
  private static final List<String> WORDS =
      List.of(
          "{",
          "}",
          "[",
          "]",
          "\"",
          ":",
          ",",
          "null",
          "true",
          "-1",
          "1e999",
          "99999999999999999999",
          "\\u0000",
          "\\ud83d",
          "../",
          "/",
          "\n",
          "\n  ",
          "\t",
          "- ",
          "? ",
          "&a ",
          "*a",
          "<<: *a",
          "!!set ",
          "!!binary ",
          "%YAML 1.1\n",
          "---\n",
          "|\n",
          ">\n",
          "#",
          "'",
          "PK\u0003\u0004",
          "PK\u0001\u0002",
          "PK\u0005\u0006");

  private final Random random;

  /**
   * Starts a file.
   *
   * @param seed which
   */
  public Mutations(long seed) {
    this.random = new Random(seed);
  }

  /**
   * Changes a file in one to four places.
   *
   * @param good the file, which stays as it is
   * @return another one
   */
  public byte[] of(byte[] good) {
    byte[] bytes = good.clone();
    for (int left = 1 + random.nextInt(4); left > 0; left--) {
      bytes = once(bytes);
    }
    return bytes;
  }

  private byte[] once(byte[] bytes) {
    int at = random.nextInt(bytes.length + 1);
    int end = Math.min(bytes.length, at + 1 + random.nextInt(random.nextBoolean() ? 4 : 64));
    byte[] with =
        switch (random.nextInt(5)) {
          case 0 -> new byte[] {(byte) random.nextInt()};
          case 1 -> new byte[0];
          case 2 -> WORDS.get(random.nextInt(WORDS.size())).getBytes(StandardCharsets.UTF_8);
          case 3 -> Arrays.copyOfRange(bytes, at, end);
          default -> noise(end - at);
        };
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(bytes, 0, at);
    out.writeBytes(with);
    int from = random.nextBoolean() ? end : at;
    out.write(bytes, from, bytes.length - from);
    return out.toByteArray();
  }

  private byte[] noise(int length) {
    byte[] noise = new byte[length];
    random.nextBytes(noise);
    return noise;
  }
}
