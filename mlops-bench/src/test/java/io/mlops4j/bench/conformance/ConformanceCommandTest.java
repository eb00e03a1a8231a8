package io.mlops4j.bench.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConformanceCommandTest {
  private static final Path CASES =
      Path.of("src/test/resources/io/mlops4j/bench/conformance/cases/node");

  /** An optional output without a value, which raw reads through a null pointer. */
  private static final Path ENDS_RAW =
      Path.of(
          "../mlops-runtime/src/test/resources/io/mlops4j/runtime/models/engine/absent_out.onnx");

  @TempDir Path folder;

  private Run judgedByFakes(String... arguments) {
    return Run.of(
        new ConformanceCommand(
            cases -> new Workers(Workers.java(FakeWorker.class.getName(), arguments))),
        folder);
  }

  private void makeCases(String... names) throws IOException {
    for (String name : names) {
      Files.createFile(Files.createDirectory(folder.resolve(name)).resolve("model.onnx"));
    }
  }

  private Path copy(String name) throws IOException {
    Path copy = folder.resolve(name);
    try (Stream<Path> files = Files.walk(CASES.resolve(name))) {
      for (Path file : files.toList()) {
        Files.copy(file, copy.resolve(CASES.resolve(name).relativize(file)));
      }
    }
    return copy;
  }

  @Test
  void outcomesAreCountedAndOneThatFailedIsTheExitCode() throws IOException {
    makeCases("failed", "passed", "refused");
    Run run = judgedByFakes();
    assertThat(run.lines())
        .containsExactly(
            "CONFORMANCE failed failed other bits",
            "CONFORMANCE refused refused refused",
            "CONFORMANCE passed 1 failed 1 refused 1 raw-passed 2");
    assertThat(run.exit()).isOne();
  }

  @Test
  void aCaseThatEndsTheProcessIsOneLineAndTheOthersGoOn() throws IOException {
    makeCases("library-ends", "library-hangs", "passed", "raw-ends", "raw-ends-and-library");
    assertThat(judgedByFakes().lines())
        .containsExactly(
            "CONFORMANCE library-ends failed the library ended the process with exit code 139",
            "CONFORMANCE library-hangs failed the library did not end within 2 minutes",
            "CONFORMANCE raw-ends refused it ended the process with exit code 134: terminate called",
            "CONFORMANCE raw-ends-and-library failed the library ended the process with exit code 139",
            "CONFORMANCE passed 1 failed 3 refused 1 raw-passed 3");
  }

  @Test
  void memoryThatTheLibraryKeepsIsAnError() throws IOException {
    makeCases("passed");
    Run run = judgedByFakes("memory is lent");
    assertThat(run.exit()).isNotZero();
    assertThat(run.errors()).contains("after the last case");
    assertThat(run.last()).isEqualTo("CONFORMANCE passed 1 failed 0 refused 0 raw-passed 1");
  }

  @Test
  void whatEndsRawIsNotAskedAgain() throws IOException {
    Path test = Files.createDirectories(folder.resolve("absent/test_data_set_0"));
    Files.copy(ENDS_RAW, test.resolveSibling("model.onnx"));
    Files.copy(
        CASES.resolve("test_max_float32/test_data_set_0/input_0.pb"), test.resolve("input_0.pb"));
    copy("test_if");
    Run run = Run.on(folder);
    assertThat(run.lines()).hasSize(2);
    assertThat(run.lines().get(0))
        .startsWith("CONFORMANCE absent refused model.onnx: ONNX Runtime failed")
        .contains("; raw: it ended the process with exit code ");
    assertThat(run.last()).isEqualTo("CONFORMANCE passed 1 failed 0 refused 1 raw-passed 1");
  }

  @Test
  void damagedFilesAreLinesOfTheirOwn() throws IOException {
    Files.write(copy("test_and2d").resolve("model.onnx"), new byte[] {1, 2, 3});
    Files.write(copy("test_if").resolve("test_data_set_0/input_0.pb"), new byte[] {1, 2, 3});
    Files.delete(copy("test_max_int8").resolve("test_data_set_0/input_1.pb"));
    Files.write(copy("test_max_int32").resolve("test_data_set_0/output_0.pb"), new byte[] {9});
    Path empty = copy("test_max_int64").resolve("test_data_set_0");
    Files.move(empty, empty.resolveSibling("other"));
    Run run = Run.on(folder);
    assertThat(run.lines()).hasSize(6);
    assertThat(run.lines().get(0))
        .contains("test_and2d refused model.onnx: found bytes that are no ONNX protobuf");
    assertThat(run.lines().get(1)).contains("test_if refused test_data_set_0/input_0.pb: ");
    assertThat(run.lines().get(2))
        .contains("test_max_int32 passed as raw, but the expected values cannot be read: ")
        .contains("output_0.pb: ");
    assertThat(run.lines().get(3)).contains("test_max_int64 refused found no test_data_set_0");
    assertThat(run.lines().get(4))
        .contains("test_max_int8 refused test_data_set_0/input_1.pb: is missing");
    assertThat(run.last()).isEqualTo("CONFORMANCE passed 1 failed 0 refused 4 raw-passed 0");
    assertThat(run.exit()).isZero();
  }

  @Test
  void aFolderWithoutCasesIsAnErrorAndNotSuccess() {
    for (Path wrong :
        new Path[] {folder, folder.resolve("absent"), CASES.resolve("test_if/model.onnx")}) {
      Run run = Run.on(wrong);
      assertThat(run.exit()).isEqualTo(2);
      assertThat(run.lines()).isEmpty();
      assertThat(run.errors()).startsWith(wrong + ": found no model.onnx at any depth");
    }
  }
}
