package io.mlops4j.flink;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
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
  void allOtherBlocksCompile() throws IOException {
    Path tests = Path.of("src/test/java/io/mlops4j/flink");
    String compiled =
        bare(
            Files.readString(tests.resolve("GuideBlocks.java"))
                + Files.readString(tests.resolve("LabelFlights.java")));
    List<String> blocks =
        Pattern.compile("```java\n(.*?)```", Pattern.DOTALL)
            .matcher(Files.readString(Path.of("../../docs/flink.md")))
            .results()
            .map(block -> bare(block.group(1)))
            .skip(1)
            .toList();
    assertThat(blocks).hasSize(5).allSatisfy(block -> assertThat(compiled).contains(block));
  }

  /** Without comments and spaces. */
  private static String bare(String java) {
    return java.replaceAll("(?m)(^|\\s)//.*$", "").replaceAll("\\s", "");
  }
}
