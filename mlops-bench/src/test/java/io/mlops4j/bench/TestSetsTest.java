package io.mlops4j.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Every test runs with {@code mvn -T2 verify} or with {@code mvn -Pthorough verify}: none has a
 * name that Maven does not look for, or a tag that no run asks for.
 */
class TestSetsTest {
  private static final Path ROOT = Path.of("..");

  /** The names that Surefire and Failsafe look for. */
  private static final Pattern NAME = Pattern.compile("\\w+(Test|IT)\\.java");

  /** Suites of engines and registries; classes with such names extend them. */
  private static final Pattern SUITE = Pattern.compile("abstract class|interface \\w+ ?\\{");

  private static final Pattern METHOD =
      Pattern.compile("@(Test|ParameterizedTest|RepeatedTest|TestFactory|TestTemplate)\\b");

  private static final Pattern TAG = Pattern.compile("@Tag\\(\"(\\w+)\"\\)");

  /** What poms may leave out: only a further run on Java 25, and one with other flags. */
  private static final Pattern EXCLUDED =
      Pattern.compile("<exclude>(\\*\\*/[^<]*|[^<]*Test|[^<]*IT)</exclude>");

  private static List<Path> files = List.of();

  @BeforeAll
  static void findTests() throws IOException {
    List<Path> found = new ArrayList<>();
    for (String top :
        List.of("mlops-api", "mlops-runtime", "mlops-monitor", "mlops-bench", "samples")) {
      try (Stream<Path> tree = Files.walk(ROOT.resolve(top))) {
        tree.filter(path -> path.toString().endsWith(".java"))
            .filter(path -> !path.toString().replace('\\', '/').contains("/target/"))
            .filter(path -> !path.toString().replace('\\', '/').contains("/src/main/"))
            .forEach(found::add);
      }
    }
    files = found;
  }

  @Test
  void everyTestIsInOneOfTheTwoSets() throws IOException {
    int shortSet = 0;
    int thorough = 0;
    Set<String> between = new TreeSet<>();
    for (Path file : files) {
      String source = Files.readString(file);
      int methods = Math.toIntExact(METHOD.matcher(source).results().count());
      if (methods > 0
          && !NAME.matcher(file.getFileName().toString()).matches()
          && !SUITE.matcher(source).find()) {
        between.add(ROOT.relativize(file).toString());
      }
      int marked = thoroughMethods(source, methods);
      thorough += marked;
      shortSet += methods - marked;
    }
    System.out.printf("%d test methods in the short set, %d in the thorough%n", shortSet, thorough);
    assertThat(between)
        .as("classes with tests, which Maven runs if they are named *Test")
        .isEmpty();
    assertThat(thorough).isGreaterThan(50);
    assertThat(shortSet).isGreaterThan(10 * thorough);
  }

  /** Counts the methods of a source that only the thorough set has. */
  private static int thoroughMethods(String source, int methods) {
    Pattern mark = Pattern.compile("@Thorough\\(|@Tag\\(\"thorough\"\\)");
    int declared = declaration(source);
    if (mark.matcher(source.substring(0, declared)).find()) {
      return methods;
    }
    return Math.toIntExact(mark.matcher(source.substring(declared)).results().count());
  }

  private static int declaration(String source) {
    return Pattern.compile("^(public |final |abstract )*(class|interface) ", Pattern.MULTILINE)
        .matcher(source)
        .results()
        .findFirst()
        .map(MatchResult::start)
        .orElse(0);
  }

  @Test
  void everyTagIsOneThatARunAsksFor() throws IOException {
    Set<String> tags = new TreeSet<>();
    for (Path file : files) {
      TAG.matcher(Files.readString(file)).results().map(tag -> tag.group(1)).forEach(tags::add);
    }
    assertThat(tags).containsExactly("gpu", "java", "sized", "thorough");
  }

  @Test
  void onlyFurtherRunsLeaveClassesOut() throws IOException {
    String pom = Files.readString(ROOT.resolve("pom.xml"));
    String java25 =
        pom.substring(pom.indexOf("<id>jdk25</id>"), pom.indexOf("<id>jdk25-no-flags</id>"));
    List<String> others =
        EXCLUDED.matcher(pom.replace(java25, "")).results().map(match -> match.group(1)).toList();
    assertThat(others).containsExactly("**/*NoFlagsTest"); // which the next execution runs
    assertThat(pom).contains("<include>**/*NoFlagsTest</include>");
    try (Stream<Path> tree = Files.walk(ROOT, 3)) {
      for (Path module : tree.filter(path -> path.endsWith("pom.xml")).toList()) {
        if (!module.equals(ROOT.resolve("pom.xml"))) {
          assertThat(Files.readString(module)).as("%s", module).doesNotContain("<excludes>");
        }
      }
    }
  }
}
