package io.mlops4j.runtime.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program as people start it, in a process of its own. */
class Mlops4jTest {
  @TempDir Path temporary;

  private static String classPathWithout(String library) {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .filter(entry -> library.isEmpty() || !entry.contains(library))
        .collect(Collectors.joining(File.pathSeparator));
  }

  private Line.Said javaWithout(String library, Object... args) throws Exception {
    List<String> command =
        new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin/java").toString()));
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-cp", classPathWithout(library)));
    command.add("io.mlops4j.runtime.cli.Mlops4j");
    Stream.of(args).map(Object::toString).forEach(command::add);
    Path out = temporary.resolve("out");
    Path err = temporary.resolve("err");
    Process process =
        new ProcessBuilder(command)
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

    Line.Said said = javaWithout("", "verify", "--json", "--registry", old);
    assertThat(said.code()).isZero();
    assertThat(said.json().get("versions").intValue()).isEqualTo(4);

    assertThat(javaWithout("", "show", "none", "--registry", old).code()).isEqualTo(1);
    assertThat(javaWithout("", "vrify").code()).isEqualTo(2);
  }

  @Test
  void withoutPicocliItSaysWhatToAdd() throws Exception {
    Line.Said said = javaWithout("picocli", "list");

    assertThat(said.code()).isEqualTo(1);
    assertThat(said.err()).contains("add info.picocli:picocli 4.7.7");
  }

  @Test
  void withoutADriverItSaysWhatToAdd() throws Exception {
    Line.Said said =
        javaWithout("org/postgresql", "list", "--registry", "jdbc:postgresql://localhost/ml");

    assertThat(said.code()).isEqualTo(1);
    assertThat(said.err()).contains("add org.postgresql:postgresql 42.7.8").hasLineCount(1);
  }
}
