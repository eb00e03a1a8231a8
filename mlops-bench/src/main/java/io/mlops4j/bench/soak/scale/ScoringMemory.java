package io.mlops4j.bench.soak.scale;

import io.mlops4j.bench.scale.FlightsFile;
import io.mlops4j.bench.soak.part.Child;
import io.mlops4j.bench.soak.part.Finding;
import io.mlops4j.bench.soak.part.Part;
import io.mlops4j.bench.soak.part.Size;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Memory and speed of batch scoring, which must not depend on the length of the file. Each file is
 * scored by a process of its own, with a heap that is resident from the start and the first
 * compiler only. A short file is scored several times before the time counts.
 */
public final class ScoringMemory implements Part {
  private static final Duration LIMIT = Duration.ofMinutes(30);

  /** Threads begin and buffers grow at other moments; a row of each file is 12 bytes. */
  private static final int MOST_MEBIBYTES = 32;

  private static final int SHORT = 150_000;

  /** Opening, forcing and renaming files takes longer than scoring a short one. */
  private static final double MOST_SLOWER = 1.3;

  /** What a process told. */
  private record Told(long rowsPerSecond, long mebibytes) {}

  private final Formats formats;

  private ScoringMemory(Formats formats) {
    this.formats = formats;
  }

  public static ScoringMemory arrow() {
    return new ScoringMemory(Formats.ARROW);
  }

  public static ScoringMemory parquet() {
    return new ScoringMemory(Formats.PARQUET);
  }

  public static ScoringMemory csv() {
    return new ScoringMemory(Formats.CSV);
  }

  @Override
  public String name() {
    return "scale.memory." + formats.in();
  }

  @Override
  public String what() {
    return "files of flights of growing length that are scored, "
        + formats
        + "; mebibytes that the longest one needs more than the one before, and how many times as"
        + " long as a shorter one it takes for a row";
  }

  @Override
  public List<Finding> run(Size size, long seed, Consumer<String> say) throws IOException {
    if (!System.getProperty("os.name").equals("Linux")) {
      say.accept("skipped: only Linux tells what is resident");
      return List.of();
    }
    say.accept(FlightsFile.data());
    List<Told> told = new ArrayList<>();
    for (int rows : lengths(size)) {
      Told one = score(rows, size);
      say.accept(
          String.format(
              Locale.ROOT,
              "%,d rows: %,d rows/s, at most %d MiB resident",
              rows,
              one.rowsPerSecond(),
              one.mebibytes()));
      told.add(one);
    }
    int last = told.size() - 1;
    Told longest = told.get(last);
    List<Finding> findings = new ArrayList<>();
    findings.add(
        new Finding(
            "soak." + name(),
            longest.mebibytes() - told.get(last - 1).mebibytes(),
            MOST_MEBIBYTES));
    if (size != Size.TINY) { // whose files take no time
      double fastest = told.stream().mapToLong(Told::rowsPerSecond).max().orElseThrow();
      findings.add(
          new Finding(
              "soak." + name() + ".slower", fastest / longest.rowsPerSecond(), MOST_SLOWER));
    }
    return findings;
  }

  private static List<Integer> lengths(Size size) {
    return switch (size) {
      case FULL -> List.of(SHORT, 3_000_000, 30_000_000);
      case QUICK -> List.of(SHORT, 1_000_000, 5_000_000);
      case TINY -> List.of(20_000, 100_000);
    };
  }

  private Told score(int rows, Size size) throws IOException {
    List<Long> told = new ArrayList<>();
    try (Child child =
        new Child()
            .flags("-Xms256m", "-Xmx256m", "-XX:+AlwaysPreTouch", "-XX:TieredStopAtLevel=1")) {
      Path warm = child.folder().resolve("warm." + formats.in());
      FlightsFile.write(warm, Math.min(rows, SHORT));
      Path in = child.folder().resolve("in." + formats.in());
      FlightsFile.write(in, rows);
      Child.End end =
          child.run(
              ScoringMemoryMain.class,
              List.of(
                  warm.toString(),
                  Integer.toString(size.of(20, 20, 0)),
                  in.toString(),
                  child.folder().resolve("out." + formats.out()).toString()),
              LIMIT,
              line -> List.of(line.split(" ", -1)).forEach(n -> told.add(Long.parseLong(n))));
      if (told.size() != 2) {
        throw new IOException("the process failed: " + end);
      }
    }
    return new Told(told.get(0), told.get(1));
  }
}
