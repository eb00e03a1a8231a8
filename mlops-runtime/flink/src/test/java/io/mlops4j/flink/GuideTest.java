package io.mlops4j.flink;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class GuideTest {
  @Test
  void theGuideShowsAProgramThatCompiles() throws IOException {
    String guide = Files.readString(Path.of("../../docs/flink.md"));
    String program = Files.readString(Path.of("src/test/java/io/mlops4j/flink/ScoreStream.java"));
    String body = program.substring(program.indexOf("import io.mlops4j.runtime"));
    assertThat(guide)
        .contains(
            "```java\nimport io.mlops4j.flink.FlinkModel;\nimport io.mlops4j.flink.ScoredStream;\n"
                + body
                + "```\n");
  }

  @Test
  void theGuideShowsAJoinThatCompiles() throws IOException {
    String program = Files.readString(Path.of("src/test/java/io/mlops4j/flink/LabelFlights.java"));
    String shown =
        program.substring(
            program.indexOf("    DataStream<WindowPerformance>"), program.lastIndexOf("  }\n"));
    assertThat(Files.readString(Path.of("../../docs/flink.md")))
        .contains("```java\n" + shown.replaceAll("(?m)^ {4}", "") + "```\n");
  }
}
