package io.mlops4j.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class GuideTest {
  private static final Path TESTS = Path.of("src/test/java/io/mlops4j/spark");

  private static String guide() throws IOException {
    return Files.readString(Path.of("../../docs/spark.md"));
  }

  @Test
  void theGuideShowsAProgramThatCompiles() throws IOException {
    String program = Files.readString(TESTS.resolve("ScoreFlights.java"));
    String body = program.substring(program.indexOf("import io.mlops4j.runtime"));
    assertThat(guide())
        .contains(
            "```java\n"
                + body.replaceFirst("\n", "\nimport io.mlops4j.spark.SparkModel;\n")
                + "```\n");
  }

  @Test
  void allOtherBlocksCompile() throws IOException {
    String compiled = bare(Files.readString(TESTS.resolve("GuideBlocks.java")));
    List<String> blocks =
        Pattern.compile("```java\n(.*?)```", Pattern.DOTALL)
            .matcher(guide())
            .results()
            .map(block -> bare(block.group(1)))
            .skip(1)
            .toList();
    assertThat(blocks).hasSize(4).allSatisfy(block -> assertThat(compiled).contains(block));
  }

  /** Without comments and spaces. */
  private static String bare(String java) {
    return java.replaceAll("(?m)(^|\\s)//.*$", "").replaceAll("\\s", "");
  }
}
