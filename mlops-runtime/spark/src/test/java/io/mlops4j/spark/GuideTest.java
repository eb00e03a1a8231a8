package io.mlops4j.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class GuideTest {
  @Test
  void theGuideShowsAProgramThatCompiles() throws IOException {
    String guide = Files.readString(Path.of("../../docs/spark.md"));
    String program = Files.readString(Path.of("src/test/java/io/mlops4j/spark/ScoreFlights.java"));
    String body = program.substring(program.indexOf("import io.mlops4j.runtime"));
    assertThat(guide)
        .contains(
            "```java\n"
                + body.replaceFirst("\n", "\nimport io.mlops4j.spark.SparkModel;\n")
                + "```\n");
  }
}
