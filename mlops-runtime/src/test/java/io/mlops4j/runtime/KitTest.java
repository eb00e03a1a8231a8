package io.mlops4j.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The kit travels in a jar of its own, without the other tests. */
class KitTest {
  private static final Path KIT = Path.of("src/fixture/java/io/mlops4j/runtime/compatibility");
  private static final Pattern IMPORT = Pattern.compile("import (?:static )?([\\w.]*?)\\.[A-Z]");

  @Test
  void usesOnlyWhatItsUsersHave() throws IOException {
    Set<String> used = new TreeSet<>();
    try (Stream<Path> files = Files.list(KIT)) {
      for (Path file : files.toList()) {
        used.addAll(
            IMPORT
                .matcher(Files.readString(file))
                .results()
                .map((MatchResult found) -> found.group(1))
                .collect(Collectors.toSet()));
      }
    }
    assertThat(used)
        .contains("io.mlops4j.spi")
        .allSatisfy(
            name ->
                assertThat(name)
                    .matches(
                        "(java|org\\.junit|org\\.assertj|org\\.apache\\.arrow)\\..*"
                            + "|io\\.mlops4j\\.(error|feature|inference|model|registry|spi|runtime|runtime\\.(card|exchange|lineage|memory|registry|trust|compatibility))"));
  }
}
