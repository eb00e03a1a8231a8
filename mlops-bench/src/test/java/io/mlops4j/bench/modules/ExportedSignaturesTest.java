package io.mlops4j.bench.modules;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The API is what docs/api says, so that a commit that changes it shows how. */
class ExportedSignaturesTest {
  private static final Path ROOT = Path.of("..");
  private static final String UPDATE = "api.update";

  @ParameterizedTest
  @CsvSource({
    "mlops-api, mlops-api",
    "mlops-runtime, mlops-runtime",
    "mlops-data, mlops-runtime/data",
    "mlops-monitor, mlops-monitor"
  })
  void exportedSignaturesAreThoseOfTheCommittedList(String module, String folder)
      throws IOException {
    Path list = ROOT.resolve("docs/api").resolve(module + ".txt");
    List<String> found =
        ExportedSignatures.of(ROOT.resolve(folder).resolve("src/main/java/module-info.java"));
    if (Boolean.getBoolean(UPDATE)) {
      Files.write(list, found);
    }
    assertThat(found)
        .as(
            "%s differs from the exported API of %s. If the change is meant, update the list with"
                + " \"mvn test -pl mlops-bench -am -Dtest=ExportedSignaturesTest -D%s=true"
                + " -Dsurefire.failIfNoSpecifiedTests=false -Djdk25.skip=true\", commit it, and say"
                + " in CHANGELOG.md what users have to do",
            list.normalize(), module, UPDATE)
        .isEqualTo(Files.readAllLines(list));
  }
}
