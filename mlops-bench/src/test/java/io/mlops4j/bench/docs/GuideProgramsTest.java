package io.mlops4j.bench.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.fixture.Sized;
import io.mlops4j.fixture.TestSize;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The programs of the guides run as they are written, on real files. */
@Sized
class GuideProgramsTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Path SAMPLE = ROOT.resolve("samples/quickstart");
  private static final Path FEATURES = ROOT.resolve("samples/features/data");

  /** Programs that need what not every machine has; the sample of TensorFlow runs the same. */
  private static final Set<String> NOT_RUN = Set.of("Fares", "ScoreTopic", "ScoreStreams");

  /** What the programs find in the working directory. */
  private static final Map<String, Path> FILES =
      Map.ofEntries(
          Map.entry("flight-delay.onnx", SAMPLE.resolve("models/flight-delay-1.onnx")),
          Map.entry("flight-delay-2.onnx", SAMPLE.resolve("models/flight-delay-2.onnx")),
          Map.entry("flights.arrow", SAMPLE.resolve("data/flights-2001-02-01.arrow")),
          Map.entry("january.arrow", SAMPLE.resolve("data/flights-2001-01.arrow")),
          Map.entry("may.arrow", SAMPLE.resolve("data/flights-2001-05.arrow")),
          Map.entry("penguins.onnx", test("models/sklearn/penguins_forest.onnx")),
          Map.entry("release-key.pem", test("trust/signing-key.pem")),
          Map.entry("release-key.pub.pem", test("trust/signing-key-pub.pem")),
          Map.entry("landings.parquet", FEATURES.resolve("landings.parquet")),
          Map.entry("departures.parquet", FEATURES.resolve("departures.parquet")));

  @TempDir Path classes;
  @TempDir Path working;

  private static Path test(String resource) {
    return ROOT.resolve("mlops-runtime/src/test/resources/io/mlops4j/runtime").resolve(resource);
  }

  /** Every third one in the short set, which compiles them all. */
  static Stream<JavaBlock> programs() throws IOException {
    List<JavaBlock> all =
        DocsCompileTest.blocks()
            .filter(JavaBlock::isProgram)
            .filter(block -> !NOT_RUN.contains(block.className()))
            .toList();
    int step = TestSize.of(3, 1);
    return IntStream.range(0, all.size()).filter(i -> i % step == 0).mapToObj(all::get);
  }

  @ParameterizedTest
  @MethodSource("programs")
  void programRuns(JavaBlock program) throws Exception {
    assertThat(new BlockCompiler(classes).errors(program)).isEmpty();
    for (Map.Entry<String, Path> file : FILES.entrySet()) {
      Files.copy(file.getValue(), working.resolve(file.getKey()));
    }
    Path output = classes.resolve("output.txt");
    ProcessBuilder java =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                program.className())
            .directory(working.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    // ONNX Runtime 1.29 does not survive a long command line, as a class path would make it.
    java.environment()
        .put("CLASSPATH", classes + File.pathSeparator + System.getProperty("java.class.path"));
    Process process = java.start();
    boolean ended = process.waitFor(3, TimeUnit.MINUTES);
    process.destroyForcibly();
    String said = Files.readString(output);
    assertThat(ended).as("ended within three minutes: " + said).isTrue();
    assertThat(process.exitValue()).as(said).isZero();
    assertThat(said).isNotBlank();
  }
}
