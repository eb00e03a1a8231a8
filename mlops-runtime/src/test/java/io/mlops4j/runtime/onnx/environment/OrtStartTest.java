package io.mlops4j.runtime.onnx.environment;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.fixture.ChildProcess;
import io.mlops4j.runtime.memory.DirectMemory;
import io.mlops4j.runtime.onnx.OnnxEngineProvider;
import io.mlops4j.spi.Engine;
import io.mlops4j.spi.EngineOptions;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** In processes of its own: the environment starts once in each. */
class OrtStartTest {

  /** Opens the engine and says so. */
  static final class Opens {
    public static void main(String[] args) {
      try (Engine engine = new OnnxEngineProvider().open(EngineOptions.of(new DirectMemory(), 1))) {
        System.out.println("opened " + engine.cancels());
      }
    }
  }

  @Test
  void aLongCommandLineDoesNotKillTheProcess() throws Exception {
    assertThat(run("x".repeat(100_000))).isZero();
  }

  @Test
  void aShortOneIsFineToo() throws Exception {
    assertThat(run("x")).isZero();
  }

  @Test
  void aLibraryIsFoundInItsFolderByAnyPath(@TempDir Path temporary) throws IOException {
    Path folder = Files.createDirectory(temporary.resolve("cache"));
    Path library = Files.createFile(folder.resolve("libonnxruntime.so")).toRealPath();
    Path link = Files.createSymbolicLink(temporary.resolve("link"), folder);
    assertThat(OrtStart.isIn(folder, library.toString())).isTrue();
    assertThat(OrtStart.isIn(link, library.toString())).isTrue();
    assertThat(OrtStart.isIn(temporary.resolve("cach"), library.toString())).isFalse();
    assertThat(OrtStart.isIn(link, library + " (deleted)")).isFalse();
  }

  private static int run(String argument) throws Exception {
    ProcessBuilder builder = ChildProcess.java(List.of(), Opens.class, argument);
    Process process =
        ChildProcess.start(builder.redirectErrorStream(true).redirectOutput(Redirect.DISCARD));
    return process.waitFor(2, TimeUnit.MINUTES) ? process.exitValue() : -1;
  }
}
