package io.mlops4j.bench.soak.scale;

import io.mlops4j.bench.scale.FlightsFile;
import io.mlops4j.bench.soak.part.Child;
import io.mlops4j.bench.soak.part.Finding;
import io.mlops4j.bench.soak.part.Part;
import io.mlops4j.bench.soak.part.Size;
import io.mlops4j.model.Digest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Batch scoring that is killed at random moments until it comes through. */
public final class ScoringKills implements Part {
  private static final Duration LIMIT = Duration.ofMinutes(5);

  @Override
  public String name() {
    return "scale.scoring";
  }

  @Override
  public String what() {
    return "a file that is scored by processes which are killed at random moments until one comes"
        + " through; outputs with other bytes than those of a run without a kill, outputs that were"
        + " visible before they were complete, and files that were left behind";
  }

  @Override
  public List<Finding> run(Size size, long seed, Consumer<String> say) throws IOException {
    Work work = new Work(Files.createTempDirectory("mlops4j-scoring"), new Random(seed), say);
    try {
      FlightsFile.write(work.in(), size.of(3_000_000, 1_000_000, 200_000));
      return work.kill(size.of(100, 10, 1));
    } finally {
      work.clear();
    }
  }

  /** What one run of this part does. */
  private static final class Work {
    private final Path folder;
    private final Random random;
    private final Consumer<String> say;
    private int kills;
    private int resumed;
    private int early;

    Work(Path folder, Random random, Consumer<String> say) {
      this.folder = folder;
      this.random = random;
      this.say = say;
    }

    Path in() {
      return folder.resolve("in.arrow");
    }

    private Path out() {
      return folder.resolve("out.arrow");
    }

    List<Finding> kill(int rounds) throws IOException {
      long begin = System.nanoTime();
      List<String> whole = score(LIMIT, 1);
      Duration alone = Duration.ofNanos(System.nanoTime() - begin);
      int different = 0;
      int left = 0;
      for (int round = 0; round < rounds; round++) {
        Files.delete(out());
        different += comesThrough(alone).equals(whole.subList(0, 2)) ? 0 : 1;
        left += Files.exists(folder.resolve("out.arrow.partial")) ? 1 : 0;
        left += Files.exists(folder.resolve("out.arrow.journal")) ? 1 : 0;
      }
      say.accept(kills + " kills, of which " + resumed + " processes went on behind some rows");
      return List.of(
          new Finding("soak.scale.scoring.different", different, 0),
          new Finding("soak.scale.scoring.early", early, 0),
          new Finding("soak.scale.scoring.left", left, 0));
    }

    /** Returns the digest of the file and the number of rows. */
    private List<String> comesThrough(Duration alone) throws IOException {
      while (true) {
        long millis = alone.toMillis() / 4 + random.nextInt((int) alone.toMillis());
        List<String> told = score(Duration.ofMillis(millis), 1 + random.nextInt(3));
        if (!told.isEmpty()) {
          resumed += told.get(2).equals("0") ? 0 : 1;
          return List.of(Digest.sha256(Files.readAllBytes(out())).toString(), told.get(1));
        }
        kills++;
        early += Files.exists(out()) ? complete() : 0;
        if (Files.exists(out())) { // killed between the last step and the end of the process
          Files.delete(out());
        }
      }
    }

    /** A file under the final name must be whole: the next run would make the same. */
    private int complete() throws IOException {
      byte[] end = Files.readAllBytes(out());
      return new String(end, end.length - 6, 6, StandardCharsets.US_ASCII).equals("ARROW1") ? 0 : 1;
    }

    private List<String> score(Duration limit, int threads) throws IOException {
      List<String> told = new ArrayList<>();
      try (Child child = new Child().flags("-Xmx512m", "-XX:TieredStopAtLevel=1")) {
        child.run(
            ScoringKillsMain.class,
            List.of(in().toString(), out().toString(), Integer.toString(threads)),
            limit,
            line -> told.addAll(List.of(line.split(" ", -1))));
      }
      return told;
    }

    void clear() throws IOException {
      try (Stream<Path> all = Files.walk(folder)) {
        for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }
}
