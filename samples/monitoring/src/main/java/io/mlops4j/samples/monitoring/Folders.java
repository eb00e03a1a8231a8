package io.mlops4j.samples.monitoring;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The folders of the sample.
 *
 * @param sample the folder of the sample, with data and models
 * @param output the folder for registry, log, state and page
 */
record Folders(Path sample, Path output) {

  /** Finds the folder of the sample, from there or from the root of the project. */
  static Path findSample() {
    Path here = Path.of("");
    return Files.isDirectory(here.resolve("data")) ? here : Path.of("samples", "monitoring");
  }

  /** Removes registry and log of an earlier run, which tell another story. */
  void clear() throws IOException {
    for (Path folder : List.of(registry(), predictions())) {
      if (Files.isDirectory(folder)) {
        try (Stream<Path> files = Files.walk(folder)) {
          for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
            Files.delete(file);
          }
        }
      }
    }
    Files.createDirectories(output);
  }

  Path flights(int month) {
    return sample.resolve("data").resolve("flights-2001-%02d.arrow".formatted(month));
  }

  Path model(int version) {
    return sample.resolve("models").resolve("flight-delay-%d.onnx".formatted(version));
  }

  Path registry() {
    return output.resolve("registry");
  }

  /** The history of the monitor. */
  Path page() {
    return output.resolve("monitoring.html");
  }

  Path predictions() {
    return output.resolve("predictions");
  }
}
