package io.mlops4j.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What runs from a jar names its resources without "..", which a folder resolves and a jar not. */
class ResourceNamesTest {
  private static final Pattern UPWARDS =
      Pattern.compile("getResource(AsStream)?\\(\\s*\"\\.\\./", Pattern.DOTALL);

  /** The main sources of every module, and the tests that a jar of their own carries. */
  private static final List<String> PACKAGED =
      List.of(
          "mlops-api/src/main/java",
          "mlops-runtime/src/main/java",
          "mlops-runtime/cli/src/main/java",
          "mlops-runtime/data/src/main/java",
          "mlops-runtime/tensorflow/src/main/java",
          "mlops-runtime/src/fixture/java/io/mlops4j/runtime/compatibility",
          "mlops-monitor/src/main/java",
          "mlops-bench/src/main/java",
          "samples/quickstart/src/main/java",
          "samples/monitoring/src/main/java",
          "samples/rollout/src/main/java",
          "samples/embedding/src/main/java",
          "samples/tensorflow/src/main/java");

  @Test
  void noPackagedClassNamesAResourceInAFolderAbove() throws IOException {
    List<Path> upwards = new ArrayList<>();
    for (String folder : PACKAGED) {
      try (Stream<Path> files = Files.walk(Path.of("..").resolve(folder))) {
        for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
          if (UPWARDS.matcher(Files.readString(file)).find()) {
            upwards.add(file);
          }
        }
      }
    }
    assertThat(upwards).isEmpty();
  }
}
