package io.mlops4j.bench.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every Java block of the pages compiles as written, and complete programs run. */
class DocsCompileTest {

  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  /** Pages that need no program: tables of contents and background. */
  private static final Set<String> NO_GUIDES =
      Set.of(
          "README.md",
          "performance.md",
          "measured.md",
          "monitor-cost.md",
          "monitor-judgement.md",
          "threats.md",
          "versioning.md",
          "command-line.md");

  /** Pages whose blocks need libraries that are not here; the named test compiles them. */
  private static final Set<String> COMPILED_ELSEWHERE =
      Set.of(
          "spring-boot.md", // SampleTest of samples/spring-boot
          "spark.md", // GuideTest of mlops-runtime/spark
          "flink.md"); // GuideTest of mlops-runtime/flink

  @TempDir Path classes;

  private static List<Path> guides() throws IOException {
    try (Stream<Path> pages = Files.list(ROOT.resolve("docs"))) {
      return pages.filter(page -> page.toString().endsWith(".md")).sorted().toList();
    }
  }

  static Stream<JavaBlock> blocks() throws IOException {
    List<JavaBlock> blocks = new ArrayList<>(JavaBlock.of(ROOT.resolve("README.md")));
    for (Path page : guides()) {
      if (!COMPILED_ELSEWHERE.contains(page.getFileName().toString())) {
        blocks.addAll(JavaBlock.of(page));
      }
    }
    return blocks.stream();
  }

  @ParameterizedTest
  @MethodSource("blocks")
  void blockCompilesAsWritten(JavaBlock block) {
    assertThat(new BlockCompiler(classes).errors(block)).isEmpty();
  }

  @Test
  void everyGuideStartsWithAProgram() throws IOException {
    for (Path page : guides()) {
      if (!NO_GUIDES.contains(page.getFileName().toString())) {
        List<String> lines = Files.readAllLines(page);
        assertThat(lines.get(0)).as(page.toString()).startsWith("# ");
        assertThat(lines.subList(1, 3)).as(page.toString()).containsExactly("", "```java");
        assertThat(JavaBlock.of(page).get(0).isProgram()).as(page.toString()).isTrue();
      }
    }
  }

  @Test
  void theTableOfContentsNamesEveryPageAndEveryLinkLeadsToAFile() throws IOException {
    String contents = Files.readString(ROOT.resolve("docs/README.md"));
    for (Path page : guides()) {
      String name = page.getFileName().toString();
      if (!name.equals("README.md")) {
        assertThat(contents).contains("(" + name + ")");
      }
      assertThat(BrokenLinks.of(page)).isEmpty();
    }
    for (String page :
        List.of("README.md", "CONTRIBUTING.md", "SECURITY.md", "samples/README.md")) {
      assertThat(BrokenLinks.of(ROOT.resolve(page))).isEmpty();
    }
  }

  /** {@code ModularApplicationIT} compiles and starts it. */
  @Test
  void theModuleInTheGuideIsTheOneThatATestStarts() throws IOException {
    Path tested =
        ROOT.resolve("mlops-bench/src/test/resources/io/mlops4j/bench/modules/app")
            .resolve("module-info.java");
    assertThat(ROOT.resolve("docs/jvm.md"))
        .content()
        .contains("```\n" + Files.readString(tested) + "```\n");
  }

  /** Continuous integration runs both: .ci/run finds them by their form. */
  @Test
  void theReadmeIsShortAndItsFirstShellBlockRunsTheMainJobAndTheTests() throws IOException {
    List<String> lines = Files.readAllLines(ROOT.resolve("README.md"));
    assertThat(lines).hasSizeLessThanOrEqualTo(150);
    int block = lines.indexOf("```sh");
    assertThat(lines.subList(block + 1, block + 4))
        .containsExactly("mvn -q -Pquickstart -pl samples/quickstart -am", "mvn -T2 verify", "```");
  }

  @Test
  void everySampleHasALineWithItsCommand() throws IOException {
    String page = Files.readString(ROOT.resolve("samples/README.md"));
    String root = Files.readString(ROOT.resolve("pom.xml"));
    try (Stream<Path> folders = Files.list(ROOT.resolve("samples"))) {
      List<Path> poms =
          folders.map(folder -> folder.resolve("pom.xml")).filter(Files::exists).toList();
      assertThat(poms).hasSizeGreaterThan(2);
      for (Path pom : poms) {
        String name = pom.getParent().getFileName().toString();
        assertThat(page).contains("`mvn -q -P" + name + " -pl samples/" + name + " -am`");
        assertThat(Files.readString(pom)).contains("<id>" + name + "</id>");
        assertThat(root) // the command names no goal, so the root has the default
            .containsPattern("<id>" + name + "</id>\\s*<properties>[^!]*?<defaultGoal>package<");
      }
    }
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
  void anErrorOfAProgramIsFoundOnItsLineOfThePage() {
    List<String> page =
        List.of(
            "# P",
            "",
            "```java",
            "import java.util.List;",
            "",
            "public class P {",
            " int i = x;",
            "}",
            "```");

    JavaBlock block = JavaBlock.of(Path.of("page.md"), page).get(0);

    assertThat(block.isProgram()).isTrue();
    assertThat(block.className()).isEqualTo("P");
    assertThat(new BlockCompiler(classes).errors(block))
        .singleElement()
        .asString()
        .startsWith("page.md:7: ");
  }

  @Test
  void libraryTypesNeedNoImport() {
    JavaBlock block =
        new JavaBlock(
            Path.of("page.md"), 1, "ModelRef champion = ModelRef.parse(\"a@champion\");\n");

    assertThat(new BlockCompiler(classes).errors(block)).isEmpty();
  }
}
