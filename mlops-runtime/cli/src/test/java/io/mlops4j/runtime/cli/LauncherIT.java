package io.mlops4j.runtime.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mlops4j.fixture.Thorough;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The folder that the build lays out, started by its script as people do. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the script is for a POSIX shell")
class LauncherIT {
  private static final Path LAYOUT = Path.of("target/mlops4j").toAbsolutePath();
  private static final Path SAMPLE =
      Path.of("../../samples/quickstart").toAbsolutePath().normalize();
  private static final String MODEL = SAMPLE.resolve("models/flight-delay-1.onnx").toString();

  /** Uncompressed, and compressed. */
  private static final String DAY = SAMPLE.resolve("data/flights-2001-02-01.arrow").toString();

  private static final String MAY = SAMPLE.resolve("data/flights-2001-05.arrow").toString();

  @TempDir Path temporary;

  private record Said(int code, String out, String err) {}

  private Said run(Path launcher, Map<String, String> environment, String... args)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(launcher.toString()));
    command.addAll(List.of(args));
    Path out = temporary.resolve("out");
    Path err = temporary.resolve("err");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(temporary.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().put("MLOPS4J_REGISTRY", temporary.resolve("registry").toString());
    builder.environment().put("MLOPS4J_CACHE", cache().toString());
    builder.environment().putAll(environment);
    Process process = builder.start();
    boolean ended = process.waitFor(10, TimeUnit.MINUTES);
    process.destroyForcibly();
    assertThat(ended).as("ended within ten minutes").isTrue();
    return new Said(process.exitValue(), Files.readString(out), Files.readString(err));
  }

  private Said run(String... args) throws Exception {
    return run(LAYOUT.resolve("bin/mlops4j"), Map.of(), args);
  }

  private Path cache() {
    return temporary.resolve("cache");
  }

  private List<Path> archives() throws IOException {
    if (!Files.exists(cache())) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(cache())) {
      return files.toList();
    }
  }

  @Test
  void theFirstSuccessfulStartWritesTheArchiveThatLaterOnesUse() throws Exception {
    assertThat(run("nonsense").code()).isEqualTo(2);
    assertThat(archives()).as("after a failure").isEmpty();

    Said published = run("publish", MODEL, "--name", "late");
    assertThat(published.code()).as(published.err()).isZero();
    assertThat(published.out()).startsWith("late:1  sha256:").hasLineCount(1);
    assertThat(archives()).hasSize(1).allMatch(path -> path.toString().endsWith(".jsa"));

    // Of the JVM: "shared objects file (top)" is the archive of ours, and not that of the JDK.
    Map<String, String> log =
        Map.of("MLOPS4J_JAVA_OPTS", "-Xlog:class+load:file=" + temporary.resolve("classes.txt"));
    Said listed = run(LAYOUT.resolve("bin/mlops4j"), log, "list", "--json");
    assertThat(listed.code()).as(listed.err()).isZero();
    assertThat(listed.err()).isEmpty();
    assertThat(Files.readString(temporary.resolve("classes.txt")))
        .containsPattern(
            "io\\.mlops4j\\.runtime\\.cli\\.shell\\.GlobalOptions source: shared objects file");
  }

  @Test
  void aCacheThatCannotBeWrittenIsNoFailure() throws Exception {
    Path file = Files.createFile(temporary.resolve("file"));
    for (String cache : List.of("none", file.resolve("below").toString())) {
      Said said =
          run(LAYOUT.resolve("bin/mlops4j"), Map.of("MLOPS4J_CACHE", cache), "inspect", MODEL);
      assertThat(said.code()).as(said.err()).isZero();
      assertThat(said.err()).isEmpty();
    }
    assertThat(archives()).isEmpty();
  }

  @Test
  void aLinkToTheScriptFindsItsFolder() throws Exception {
    Path link = Files.createSymbolicLink(temporary.resolve("m"), LAYOUT.resolve("bin/mlops4j"));

    Said said = run(link, Map.of("MLOPS4J_CACHE", "none"), "--version");

    assertThat(said.code()).as(said.err()).isZero();
    assertThat(said.out()).startsWith("mlops4j 0.");
  }

  /** Of the guide; the block that runs Maven is how this folder was made. */
  private static List<String> shellBlocks() throws IOException {
    return Pattern.compile("```sh\\R(.*?)```", Pattern.DOTALL)
        .matcher(Files.readString(Path.of("../../docs/command-line.md")))
        .results()
        .map(block -> block.group(1))
        .filter(block -> !block.contains("mvn "))
        .toList();
  }

  @Thorough("processes")
  @Test
  void theBlocksOfTheGuideRunInTheirOrder() throws Exception {
    boolean signs = run(Path.of("openssl"), Map.of(), "version").code() == 0;
    if (!signs) {
      System.out.println("skipped: no openssl here to make keys with, as the guide does");
    }
    assumeTrue(signs, "no openssl on the PATH: apt-get install openssl");
    Files.copy(Path.of(MODEL), temporary.resolve("flight-delay.onnx"));
    Files.copy(
        SAMPLE.resolve("models/flight-delay-2.onnx"), temporary.resolve("flight-delay-2.onnx"));
    Files.copy(SAMPLE.resolve("data/flights-2001-01.arrow"), temporary.resolve("january.arrow"));
    Files.copy(Path.of(MAY), temporary.resolve("may.arrow"));
    List<String> blocks = shellBlocks();
    assertThat(blocks).hasSizeGreaterThan(7);
    Path script = temporary.resolve("guide.sh");
    Files.writeString(script, "set -eux\n" + String.join("\n", blocks));
    Map<String, String> path =
        Map.of("PATH", LAYOUT.resolve("bin") + File.pathSeparator + System.getenv("PATH"));

    Said said = run(Path.of("/bin/sh"), path, script.toString());

    assertThat(said.code()).as(said.err()).isZero();
    assertThat(said.out()).contains("exit code 3", "intact: 3 versions", "copied to jdbc:h2:");
    assertThat(temporary.resolve("watched/january.reference")).isNotEmptyFile();
    assertThat(temporary.resolve("may.html")).isNotEmptyFile();
    assertThat(temporary.resolve("quality.html")).isNotEmptyFile();
  }

  @Test
  void modelAndDataCommandsHaveAllThatTheyNeed() throws Exception {
    Said answered = run("predict", MODEL, MAY, "--rows", "2", "--json");
    assertThat(answered.code()).as(answered.err()).isZero();
    assertThat(answered.out()).contains("\"probability\"");
    Path answers = temporary.resolve("answers.arrow");
    Said written = run("predict", MODEL, DAY, "--arrow", answers.toString());
    assertThat(written.code()).as(written.err()).isZero();
    assertThat(answers).isNotEmptyFile();

    Path page = temporary.resolve("may.html");
    Said same = run("drift", MAY, MAY, "--except", "flight_id", "--html", page.toString());
    assertThat(same.code()).as(same.err()).isZero();
    assertThat(same.out()).startsWith("no drift");
    assertThat(page).content().contains("<html");
    // The week day of all rows of one day is the same one, which no month's is.
    Said other = run("drift", MAY, DAY, "--except", "flight_id", "--json");
    assertThat(other.code()).as(other.err()).isEqualTo(3);
    assertThat(other.out()).contains("\"weekday\"");
  }

  /**
   * 200 rows: n from 0, whose mean is 99.5 and whose variance (199 * 201) / 12; t has each text 50
   * times.
   */
  private static String rows(String head, String row, int from) {
    return IntStream.range(from, from + 200)
        .mapToObj(i -> row.formatted(i, "abcd".charAt(i % 4)))
        .collect(Collectors.joining("\n", head, "\n"));
  }

  private Path gzip(String name, String text) throws IOException {
    Path file = temporary.resolve(name);
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return file;
  }

  private void assertCode(int code, String part, String... args) throws Exception {
    Said said = run(args);
    assertThat(said.code()).as("%s: %s", List.of(args), said.err()).isEqualTo(code);
    assertThat(said.out().replace(" ", "")).contains(part);
  }

  /** With the monitor and the drivers that are in the folder. */
  @Thorough("processes")
  @Test
  void everyFormatIsProfiledComparedAndChecked() throws Exception {
    String text = rows("n,t\n", "%d,%s", 0);
    String csv = Files.writeString(temporary.resolve("a.csv"), text).toString();
    String json =
        Files.writeString(temporary.resolve("a.jsonl"), rows("", "{\"n\": %d, \"t\": \"%s\"}", 0))
            .toString();
    String packed = gzip("a.csv.gz", text).toString();
    String parquet = temporary.resolve("a.parquet").toString();
    String arrow = temporary.resolve("a.arrow").toString();
    String query = "SELECT X AS \"n\", CHAR(97 + MOD(X, 4)) AS \"t\" FROM SYSTEM_RANGE(0, 199)";
    String database = "jdbc:h2:mem:";
    assertCode(0, "200rows", "convert", database, parquet, "--query", query);
    assertCode(0, "200rows", "convert", packed, arrow);

    for (String in : List.of(csv, json, packed, parquet, arrow, database)) {
      List<String> args = new ArrayList<>(List.of("profile", in, "--json"));
      if (in.equals(database)) {
        args.addAll(List.of("--query", query));
      }
      Said said = run(args.toArray(String[]::new));
      assertThat(said.code()).as(in + said.err()).isZero();
      assertThat(said.out().replace(" ", ""))
          .as(in)
          .contains("\"rows\":200,", "\"min\":0.0,", "\"max\":199.0,", "\"mean\":99.5,")
          .contains("\"variance\":3333.25,")
          .containsPattern("\"a\"[^}]*50")
          .containsPattern("\"d\"[^}]*50");
    }

    for (String command : List.of("drift", "quality")) {
      String good = command.equals("drift") ? "nodrift" : "0failed";
      assertCode(0, good, command, csv, parquet);
      assertCode(0, good, command, json, arrow);
      assertCode(0, good, command, packed, database, "--query", query);
      Path other = Files.writeString(temporary.resolve("b.csv"), rows("n,t\n", "%d,%s", 1000));
      assertCode(
          3,
          command.equals("drift") ? "ndrifted:" : "n:foundvaluesfrom1000to1199",
          command,
          parquet,
          other.toString());
    }
  }

  /** Three weeks from a Monday, twenty rows a day; n is the same each day, each id another one. */
  private static String days(String head, String row) {
    return IntStream.range(0, 21 * 20)
        .mapToObj(i -> row.formatted(1 + i / 20, i % 20, i % 20, i))
        .collect(Collectors.joining("\n", head, "\n"));
  }

  @Thorough("processes")
  @Test
  void aReferenceIsLearnedFromEveryFormat() throws Exception {
    String text = days("at,n,id\n", "2026-06-%02d %02d:00:00,%d,id-%d");
    String csv = Files.writeString(temporary.resolve("r.csv"), text).toString();
    String row = "{\"at\": \"2026-06-%02dT%02d:00:00Z\", \"n\": %d, \"id\": \"id-%d\"}";
    String json = Files.writeString(temporary.resolve("r.jsonl"), days("", row)).toString();
    String parquet = temporary.resolve("r.parquet").toString();
    String arrow = temporary.resolve("r.arrow").toString();
    assertCode(0, "420rows", "convert", csv, parquet);
    assertCode(0, "420rows", "convert", csv, arrow);
    for (String in : List.of(csv, json, parquet, arrow)) {
      Path out = temporary.resolve("r.reference");
      Said said = run("reference", in, "--key", "id", "--progress", "--out", out.toString());
      assertThat(said.code()).as(in + said.err()).isZero();
      assertThat(said.out())
          .as(in)
          .startsWith("420 rows of 21 days; compares each week with all weeks\n")
          .contains("\n  at: tells days apart, is not watched\n  n: 420 numbers, ")
          .hasLineCount(3);
      assertThat(said.err()).contains("420 rows");
      assertThat(out).isNotEmptyFile();
    }
    assertCode(0, "\"window\":\"PT168H\"", "reference", csv, "--time", "at", "--json");
  }

  private void assertRefused(int code, String part, String... args) throws Exception {
    Said said = run(args);
    assertThat(said.code()).as("%s: %s", List.of(args), said.err()).isEqualTo(code);
    assertThat(said.out()).isEmpty();
    assertThat(said.err()).contains(part).hasLineCount(1);
  }

  @Thorough("processes")
  @Test
  void rowsThatTeachNoReferenceAreRefusedWithTheReason() throws Exception {
    String head = Files.writeString(temporary.resolve("head.csv"), "at,n\n").toString();
    assertRefused(
        1, "no rows, expected healthy rows; check the file and --where", "reference", head);
    String rows = "at,seen,n\n2026-06-01,2026-06-02,1\n2026-06-01,2026-06-02,1\n";
    String day = Files.writeString(temporary.resolve("day.csv"), rows).toString();
    assertRefused(
        1,
        "found at, seen, which are all timestamps or dates, expected one column of timestamps or"
            + " dates; name at or seen with --time COLUMN",
        "reference",
        day);
    assertRefused(1, "found numbers in column n,", "reference", day, "--time", "n");
    assertRefused(1, "found no column att among at, seen, n,", "reference", day, "--time", "att");
    String junk = Files.writeString(temporary.resolve("junk.parquet"), "no Parquet").toString();
    assertRefused(1, "junk.parquet: cannot be read", "reference", junk);
    String tooFew = "2rowsof1day;compareseachday(UTC)withalldays;1dayistoofew";
    assertCode(0, tooFew, "reference", day, "--except", "seen");
  }

  @Thorough("processes")
  @Test
  void predictShowsHowFarItIs() throws Exception {
    String text =
        "distance,hour,weekday,origin,destination\n" + "2176,7,1,LAS,PHL\n".repeat(20_000);
    Path csv = Files.writeString(temporary.resolve("flights.csv"), text);
    Path parquet = temporary.resolve("flights.parquet");
    String typed =
        "SELECT CAST(2176 AS REAL) \"distance\", CAST(7 AS BIGINT) \"hour\", CAST(1 AS BIGINT)"
            + " \"weekday\", 'LAS' \"origin\", 'PHL' \"destination\" FROM SYSTEM_RANGE(1, 20000)";
    assertCode(0, "20000rows", "convert", "jdbc:h2:mem:", parquet.toString(), "--query", typed);
    for (Path in : List.of(csv, gzip("flights.csv.gz", text), parquet)) {
      Path out = temporary.resolve("scored.arrow");
      Said said = run("predict", MODEL, in.toString(), out.toString(), "--progress");
      assertThat(said.code()).as(said.err()).isZero();
      assertThat(said.err())
          .contains(in.equals(parquet) ? "20,000 of 20,000 rows, 100%, " : "20,000 rows, 100%, ");
      assertThat(run("predict", MODEL, in.toString(), out.toString()).err()).isEmpty();
    }
  }
}
