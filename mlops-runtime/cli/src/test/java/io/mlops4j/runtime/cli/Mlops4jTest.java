package io.mlops4j.runtime.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.fixture.ChildProcess;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program as people start it, in a process of its own. */
class Mlops4jTest {
  @TempDir Path temporary;

  private Line.Said java(String classPath, Object... args) throws Exception {
    Path out = temporary.resolve("out");
    Path err = temporary.resolve("err");
    Process process =
        ChildProcess.classPath(ChildProcess.java(List.of(), Mlops4j.class, args), classPath)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    try {
      assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    return new Line.Said(process.exitValue(), text(out), text(err));
  }

  private static String text(Path file) throws Exception {
    return Files.readString(file, StandardCharsets.UTF_8);
  }

  @Test
  void aProcessEndsWithTheCommandsExitCode() throws Exception {
    Path old = Line.oldRegistry(temporary);

    Line.Said said =
        java(System.getProperty("java.class.path"), "verify", "--json", "--registry", old);
    assertThat(said.code()).isZero();
    assertThat(said.json().get("versions").intValue()).isEqualTo(4);

    assertThat(
            java(System.getProperty("java.class.path"), "show", "none", "--registry", old).code())
        .isEqualTo(1);
    assertThat(java(System.getProperty("java.class.path"), "vrify").code()).isEqualTo(2);
  }

  @Test
  void withoutADriverItSaysWhatToAdd() throws Exception {
    Line.Said said =
        java(
            ChildProcess.classPathWithout("postgresql-"),
            "list",
            "--registry",
            "jdbc:postgresql://localhost/ml");

    assertThat(said.code()).isEqualTo(1);
    assertThat(said.err()).contains("add org.postgresql:postgresql 42.7.8").hasLineCount(1);
  }
}
