package io.mlops4j.bench.soak.part;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The memory of this process that is resident, as Linux tells it. */
public final class Resident {
  private Resident() {}

  public static long bytes() {
    try {
      return Files.readAllLines(Path.of("/proc/self/smaps_rollup")).stream()
          .filter(line -> line.startsWith("Rss:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
          .findFirst()
          .orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
