package io.mlops4j.samples.service;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Test;

/**
 * What can be said of the image without Docker: its files exist, and {@link ProcessTest} starts the
 * service with its options.
 */
class DockerfileTest {
  private static List<String> lines() throws IOException {
    String text = Files.readString(RunningService.sample().resolve("Dockerfile"));
    return text.replace("\\\n", " ").lines().filter(line -> !line.startsWith("#")).toList();
  }

  private static List<String> arguments(String instruction) throws IOException {
    return lines().stream()
        .filter(line -> line.startsWith(instruction + " "))
        .map(line -> line.substring(instruction.length() + 1).strip())
        .toList();
  }

  @Test
  void theLastStageRunsAsAnUnprivilegedUser() throws IOException {
    assertThat(arguments("FROM")).hasSize(2);
    assertThat(arguments("USER")).containsExactly("10001:10001");
    List<String> all = lines();
    int user = all.indexOf("USER 10001:10001");
    assertThat(user).isGreaterThan(all.indexOf("FROM eclipse-temurin:17-jre")).isPositive();
    assertThat(all.subList(user, all.size()))
        .noneMatch(line -> line.startsWith("COPY") || line.startsWith("RUN"));
  }

  /** Maven makes these files after the tests. */
  @Test
  void whatIsCopiedIsWhatTheBuildMakes() throws IOException {
    assertThat(arguments("COPY"))
        .containsExactly(
            "target/lib/onnxruntime-*.jar /tmp/onnxruntime.jar",
            "--from=native /native /app/native",
            "target/lib /app/lib",
            "target/mlops4j-sample-service-*.jar /app/");
    assertThat(Files.readString(RunningService.sample().resolve("pom.xml")))
        .contains(
            "<artifactId>mlops4j-sample-service</artifactId>",
            "<outputDirectory>${project.build.directory}/lib</outputDirectory>")
        .doesNotContain("<finalName>");
    List<Path> runtimes =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
            .map(Path::of)
            .filter(path -> String.valueOf(path.getFileName()).matches("onnxruntime-.*\\.jar"))
            .toList();
    assertThat(runtimes).as("one file can be copied to a name").hasSize(1);
    try (JarFile jar = new JarFile(runtimes.get(0).toFile())) {
      for (String machine : List.of("x64", "aarch64")) {
        assertThat(jar.getEntry("ai/onnxruntime/native/linux-" + machine + "/libonnxruntime.so"))
            .as(machine)
            .isNotNull();
      }
    }
  }

  @Test
  void theProgramStartsWithTheOptionsThatAreTested() throws Exception {
    String[] entrypoint =
        new ObjectMapper().readValue(arguments("ENTRYPOINT").get(0), String[].class);
    assertThat(entrypoint[0]).isEqualTo("java");
    String main = entrypoint[entrypoint.length - 1];
    assertThat(Class.forName(main).getMethod("main", String[].class)).isNotNull();
    String script =
        Files.readString(RunningService.sample().resolve("src/test/sh/start-like-the-image.sh"));
    assertThat(script).contains(" " + main + "\n").contains("--reuid=10001 --regid=10001");
    for (String option : List.of(entrypoint).subList(1, entrypoint.length - 1)) {
      if (option.startsWith("-X") || option.startsWith("--")) {
        assertThat(script).contains(" " + option + " ");
      }
    }
    assertThat(entrypoint)
        .contains("-Donnxruntime.native.path=/app/native", "-cp", "/app/*:/app/lib/*");
    for (String variable : arguments("ENV")) {
      assertThat(script).contains(" " + variable.split("=", 2)[0] + "=");
    }
  }
}
