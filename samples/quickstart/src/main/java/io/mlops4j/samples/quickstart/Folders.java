package io.mlops4j.samples.quickstart;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The folders of the sample.
 *
 * @param sample the folder of the sample, with data and models
 * @param output the folder for registry and report
 */
record Folders(Path sample, Path output) {

  /** Finds the folder of the sample, from there or from the root of the project. */
  static Path findSample() {
    Path here = Path.of("");
    return Files.isDirectory(here.resolve("data")) ? here : Path.of("samples", "quickstart");
  }

  Path flights(int month) {
    return sample.resolve("data").resolve("flights-2001-%02d.arrow".formatted(month));
  }

  Path model(int version) {
    return sample.resolve("models").resolve("flight-delay-%d.onnx".formatted(version));
  }

  Path goldenRows(int version) {
    return sample.resolve("models").resolve("golden-%d.csv".formatted(version));
  }

  Path registry() {
    return output.resolve("registry");
  }

  Path cards() {
    return output.resolve("cards");
  }

  Path report() {
    return output.resolve("quickstart.html");
  }
}
