package io.mlops4j.bench.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every Java block of the pages compiles as written. */
class DocsCompileTest {

  private static final Path ROOT = Path.of("..");

  private static final List<String> PAGES =
      List.of(
          "README.md",
          "docs/journeys.md",
          "docs/from-python.md",
          "docs/performance.md",
          "docs/hardware.md");

  @TempDir Path classes;

  static Stream<JavaBlock> blocks() throws IOException {
    List<JavaBlock> blocks = new ArrayList<>();
    for (String page : PAGES) {
      blocks.addAll(JavaBlock.of(ROOT.resolve(page)));
    }
    return blocks.stream();
  }

  @ParameterizedTest
  @MethodSource("blocks")
  void blockCompilesAsWritten(JavaBlock block) {
    assertThat(new BlockCompiler(classes).errors(block)).isEmpty();
  }

  @Test
  void unknownNameIsFoundOnItsLineOfThePage() {
    List<String> page = List.of("# Page", "", "```java", "int one = 1;", "one.surely();", "```");

    JavaBlock block = JavaBlock.of(Path.of("page.md"), page).get(0);

    assertThat(new BlockCompiler(classes).errors(block))
        .singleElement()
        .asString()
        .startsWith("page.md:5: ");
  }

  @Test
  void libraryTypesNeedNoImport() {
    JavaBlock block =
        new JavaBlock(
            Path.of("page.md"), 1, "ModelRef champion = ModelRef.parse(\"a@champion\");\n");

    assertThat(new BlockCompiler(classes).errors(block)).isEmpty();
  }
}
