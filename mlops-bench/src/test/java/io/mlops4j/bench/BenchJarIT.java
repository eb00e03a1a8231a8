package io.mlops4j.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.fixture.Thorough;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every command of the built jar, as CONTRIBUTING.md gives it, once and in its quickest form: what
 * a folder of classes finds, a jar may not.
 */
@Thorough("every command")
class BenchJarIT {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final String JAR = "mlops-bench/target/benchmarks.jar";
  private static final String GOLDEN =
      "golden mlops-monitor/src/test/resources/io/mlops4j/monitor/golden";
  private static final String CONFORMANCE =
      "conformance mlops-bench/src/test/resources/io/mlops4j/bench/conformance/cases/node";
  private static final String TRUTH = "truth --quick stats.ks.normal";
  private static final String JMH =
      "jmh EnginesBenchmark -f 1 -wi 0 -i 1 -r 100ms -foe true -p side=ours -p rows=1";

  @TempDir Path temporary;

  private record Said(int code, String text) {}

  private Said run(String command) throws IOException, InterruptedException {
    List<String> line =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-jar", JAR));
    line.addAll(List.of(command.split(" ")));
    Path output = temporary.resolve("output");
    Process process =
        new ProcessBuilder(line)
            .directory(ROOT.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    boolean ended = process.waitFor(2, TimeUnit.MINUTES);
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    assertThat(ended).as("ended within two minutes: " + Files.readString(output)).isTrue();
    return new Said(process.exitValue(), Files.readString(output));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        CONFORMANCE,
        "crash 2",
        GOLDEN,
        JMH,
        "ratios --quick engines.aa",
        "soak --tiny soak.crashtable",
        TRUTH
      })
  void everyCommandRunsFromTheJar(String command) throws Exception {
    Said said = run(command);
    assertThat(said.code()).as(said.text()).isZero();
    assertThat(said.text()).doesNotContain("NullPointerException", "did not run");
  }

  /** A command that is added must be added above. */
  @Test
  void noCommandIsLeftOut() throws Exception {
    List<String> commands =
        Pattern.compile("(?m)^  ([a-z]+) ")
            .matcher(run("--help").text().split("Commands:", 2)[1])
            .results()
            .map(found -> found.group(1))
            .toList();
    assertThat(commands)
        .containsExactlyInAnyOrder(
            "conformance", "crash", "golden", "jmh", "ratios", "soak", "truth");
  }
}
