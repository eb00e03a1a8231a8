package io.mlops4j.samples.rollout;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * The folders of the sample. Flights and models are those of the quickstart.
 *
 * @param quickstart the folder of the quickstart
 * @param output the folder for registry and page
 */
record Folders(Path quickstart, Path output) {

  /** Finds the samples, from the folder of this one or from the root of the project. */
  static Path findSamples() {
    Path above = Path.of("..");
    return Files.isDirectory(above.resolve("quickstart")) ? above : Path.of("samples");
  }

  static Folders of(Path samples, Path output) {
    return new Folders(samples.resolve("quickstart"), output);
  }

  /** Removes the registry of an earlier run, which tells another story. */
  void clear() throws IOException {
    if (Files.isDirectory(registry())) {
      try (Stream<Path> files = Files.walk(registry())) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
    Files.createDirectories(output);
  }

  Path flights(int month) {
    return quickstart.resolve("data").resolve("flights-2001-%02d.arrow".formatted(month));
  }

  Path model(int version) {
    return quickstart.resolve("models").resolve("flight-delay-%d.onnx".formatted(version));
  }

  Path registry() {
    return output.resolve("registry");
  }

  Path page() {
    return output.resolve("rollout.html");
  }
}
