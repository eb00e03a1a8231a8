package io.mlops4j.bench.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The README of a module names its packages, so that one finds where a change belongs. */
class ModuleReadmesTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  @ParameterizedTest
  @CsvSource({
    "mlops-api, io/mlops4j",
    "mlops-runtime, io/mlops4j",
    "mlops-monitor, io/mlops4j",
    "mlops-bench, io/mlops4j/bench"
  })
  void namesEveryPackageAndEveryLinkLeadsToAFile(String module, String root) throws IOException {
    Path readme = ROOT.resolve(module).resolve("README.md");
    String text = Files.readString(readme);
    Path sources = ROOT.resolve(module).resolve("src/main/java").resolve(root);
    try (Stream<Path> files = Files.walk(sources)) {
      List<Path> packages =
          files
              .filter(file -> file.endsWith("package-info.java"))
              .map(file -> sources.relativize(file.getParent()))
              .toList();
      assertThat(packages).hasSizeGreaterThan(5).allMatch(found -> isNamed(found, text));
    }
    assertThat(BrokenLinks.of(readme)).isEmpty();
  }

  /** In full, or from its last dot on; what is below {@code internal} is one entry. */
  private static boolean isNamed(Path found, String text) {
    String name = found.toString().replace(found.getFileSystem().getSeparator(), ".");
    String last = name.substring(name.lastIndexOf('.') + 1);
    return name.isEmpty()
        || text.contains("`" + name + "`")
        || text.contains("`." + last + "`")
        || name.startsWith("runtime.internal.");
  }
}
