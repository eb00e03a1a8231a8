package io.mlops4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
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
    boolean ended = process.waitFor(2, TimeUnit.MINUTES);
    process.destroyForcibly();
    assertThat(ended).as("ended within two minutes").isTrue();
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

  @Test
  void theBlocksOfTheGuideRunInTheirOrder() throws Exception {
    assumeTrue(run(Path.of("openssl"), Map.of(), "version").code() == 0, "no openssl");
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
    assertThat(said.out()).contains("exit code 3", "intact: 2 versions", "copied to jdbc:h2:");
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
}
