package io.mlops4j.bench.soak.scale;

import io.mlops4j.bench.files.Folders;
import io.mlops4j.bench.scale.FlightsFile;
import io.mlops4j.bench.soak.part.Finding;
import io.mlops4j.bench.soak.part.Part;
import io.mlops4j.bench.soak.part.Size;
import io.mlops4j.model.Digest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/** Batch scoring that is killed at random moments until it comes through. */
public final class ScoringKills implements Part {
  private static final Duration LIMIT = Duration.ofMinutes(5);

  private final Formats formats;

  private ScoringKills(Formats formats) {
    this.formats = formats;
  }

  public static ScoringKills arrow() {
    return new ScoringKills(Formats.ARROW);
  }

  public static ScoringKills parquet() {
    return new ScoringKills(Formats.PARQUET);
  }

  public static ScoringKills csv() {
    return new ScoringKills(Formats.CSV);
  }

  @Override
  public String name() {
    return "scale.scoring." + formats.in();
  }

  @Override
  public String what() {
    return "a file that is scored, "
        + formats
        + ", by processes which are killed at random moments until one comes through; outputs with"
        + " other bytes than those of a run without a kill, outputs that were visible before they"
        + " were complete, files that were left behind, and rounds without a kill or in which no"
        + " process went on behind some rows";
  }

  @Override
  public List<Finding> run(Size size, long seed, Consumer<String> say) throws IOException {
    say.accept(FlightsFile.data());
    Work work =
        new Work(
            Files.createTempDirectory("mlops4j-scoring"),
            formats,
            size == Size.TINY,
            new Random(seed),
            say);
    try {
      FlightsFile.write(work.in(), size.of(3_000_000, 1_000_000, 200_000));
      return work.kill(size.of(formats == Formats.ARROW ? 100 : 30, 10, 1));
    } finally {
      Folders.delete(work.folder);
    }
  }

  /** What one run of this part does. */
  private static final class Work {
    private final Path folder;
    private final Formats formats;
    private final boolean few;
    private final Random random;
    private final Consumer<String> say;
    private int kills;
    private int resumed;
    private int unharmed;
    private int early;

    Work(Path folder, Formats formats, boolean few, Random random, Consumer<String> say) {
      this.folder = folder;
      this.formats = formats;
      this.few = few;
      this.random = random;
      this.say = say;
    }

    Path in() {
      return folder.resolve("in." + formats.in());
    }

    private Path out() {
      return folder.resolve("out." + formats.out());
    }

    List<Finding> kill(int rounds) throws IOException {
      score(LIMIT, 1); // reads the files of the JVM from the disk
      String whole = digest();
      long begin = System.nanoTime();
      List<String> told = score(LIMIT, 1);
      Duration alone = Duration.ofNanos(System.nanoTime() - begin);
      long rows = Long.parseLong(told.get(1));
      int different = digest().equals(whole) ? 0 : 1;
      int left = 0;
      for (int round = 0; round < rounds; round++) {
        Files.delete(out());
        int killsBefore = kills;
        different += comesThrough(alone) == rows && digest().equals(whole) ? 0 : 1;
        unharmed += kills == killsBefore ? 1 : 0;
        left += Files.exists(folder.resolve(out().getFileName() + ".partial")) ? 1 : 0;
        left += Files.exists(folder.resolve(out().getFileName() + ".journal")) ? 1 : 0;
      }
      say.accept(
          "%d rows; %d kills in %d rounds, in %d of which a process went on behind some rows"
              .formatted(rows, kills, rounds, resumed));
      String name = "soak.scale.scoring." + formats.in();
      return List.of(
          new Finding(name + ".different", different, 0),
          new Finding(name + ".early", early, 0),
          new Finding(name + ".left", left, 0),
          new Finding(name + ".unharmed", unharmed, few ? rounds : rounds / 2.0),
          new Finding(name + ".restarted", rounds - resumed, few ? rounds : 0.9 * rounds));
    }

    private String digest() throws IOException {
      return Digest.sha256(Files.readAllBytes(out())).toString();
    }

    /** Returns the number of rows. */
    private long comesThrough(Duration alone) throws IOException {
      for (int killed = 0; ; killed++) {
        Duration moment = Kill.moment(killed, alone, random);
        List<String> told = score(moment, 1 + random.nextInt(3));
        if (!told.isEmpty()) {
          resumed += told.get(2).equals("0") ? 0 : 1;
          return Long.parseLong(told.get(1));
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
      String bytes = new String(Files.readAllBytes(out()), StandardCharsets.ISO_8859_1);
      return bytes.endsWith(formats.out().equals("arrow") ? "ARROW1" : "PAR1") ? 0 : 1;
    }

    private List<String> score(Duration limit, int threads) throws IOException {
      return Kill.after(
          limit,
          ScoringKillsMain.class,
          List.of(in().toString(), out().toString(), Integer.toString(threads)));
    }
  }
}
