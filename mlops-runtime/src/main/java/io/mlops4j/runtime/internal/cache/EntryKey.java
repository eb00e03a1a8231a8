package io.mlops4j.runtime.internal.cache;

import io.mlops4j.model.Digest;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Everything that decides how an engine prepares a model.
 *
 * @param lines name and value, in a fixed order, without line breaks
 */
public record EntryKey(List<String> lines) {
  private static final int DIGITS = 40;

  public EntryKey {
    lines = List.copyOf(lines);
    if (lines.stream().anyMatch(line -> line.indexOf('\n') >= 0)) {
      throw new IllegalArgumentException("lines: found a line break in one of " + lines);
    }
  }

  /** Returns the name of the entry's folder. */
  String name() {
    byte[] text = String.join("\n", lines).getBytes(StandardCharsets.UTF_8);
    return Digest.sha256(text).hex().substring(0, DIGITS);
  }
}
