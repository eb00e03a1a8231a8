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
    String body = program.substring(program.indexOf("import org.apache"));
    assertThat(guide)
        .contains(
            "```java\nimport io.mlops4j.flink.FlinkModel;\nimport io.mlops4j.flink.FlinkRegistry;\n"
                + "import io.mlops4j.flink.ScoredStream;\n"
                + body
                + "```\n");
  }
}
