package io.mlops4j.bench.soak.scale;

import io.mlops4j.bench.scale.FlightsFile;
import io.mlops4j.bench.soak.part.Child;
import io.mlops4j.bench.soak.part.Finding;
import io.mlops4j.bench.soak.part.Part;
import io.mlops4j.bench.soak.part.Size;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Memory of batch scoring, which must not depend on the length of the file. Each file is scored by
 * a process of its own, with a heap that is resident from the start and the first compiler only.
 */
public final class ScoringMemory implements Part {
  private static final Duration LIMIT = Duration.ofMinutes(30);

  /** Threads begin and buffers grow at other moments; a row of each file is 12 bytes. */
  private static final int MOST_MEBIBYTES = 32;

  @Override
  public String name() {
    return "scale.memory";
  }

  @Override
  public String what() {
    return "files of flights of growing length that are scored; mebibytes that the longest one"
        + " needs more than the one before";
  }

  @Override
  public List<Finding> run(Size size, long seed, Consumer<String> say) throws IOException {
    if (!System.getProperty("os.name").equals("Linux")) {
      say.accept("skipped: only Linux tells what is resident");
      return List.of();
    }
    List<Long> resident = new ArrayList<>();
    for (int rows : lengths(size)) {
      List<Long> told = score(rows);
      say.accept(
          String.format(
              Locale.ROOT,
              "%,d rows: %,d rows/s, at most %d MiB resident",
              rows,
              told.get(0),
              told.get(1)));
      resident.add(told.get(1));
    }
    int last = resident.size() - 1;
    return List.of(
        new Finding(
            "soak.scale.memory", resident.get(last) - resident.get(last - 1), MOST_MEBIBYTES));
  }

  private static List<Integer> lengths(Size size) {
    return switch (size) {
      case FULL -> List.of(150_000, 3_000_000, 30_000_000);
      case QUICK -> List.of(150_000, 1_000_000, 5_000_000);
      case TINY -> List.of(20_000, 100_000);
    };
  }

  /** Returns rows a second, and mebibytes. */
  private static List<Long> score(int rows) throws IOException {
    List<Long> told = new ArrayList<>();
    try (Child child =
        new Child()
            .flags("-Xms256m", "-Xmx256m", "-XX:+AlwaysPreTouch", "-XX:TieredStopAtLevel=1")) {
      Path in = child.folder().resolve("in.arrow");
      FlightsFile.write(in, rows);
      Child.End end =
          child.run(
              ScoringMemoryMain.class,
              List.of(in.toString(), child.folder().resolve("out.arrow").toString()),
              LIMIT,
              line -> List.of(line.split(" ", -1)).forEach(n -> told.add(Long.parseLong(n))));
      if (told.isEmpty()) {
        throw new IOException("the process failed: " + end);
      }
      Files.delete(in);
    }
    return told;
  }
}
