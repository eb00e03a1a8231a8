package io.mlops4j.bench.engines;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The models that are in this jar and in those beside it, as files, which the JVM's end deletes.
 */
final class Models {
  private Models() {}

  /** One of those that {@code make_models.py} writes. */
  static Path file(String name) {
    return resource("/io/mlops4j/bench/models/" + name + ".onnx");
  }

  /** Any resource. */
  static Path resource(String resource) {
    try (InputStream in = Models.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException(resource + " is on no class path");
      }
      Path folder = Files.createTempDirectory("mlops4j-bench");
      Path file = folder.resolve(resource.substring(resource.lastIndexOf('/') + 1));
      folder.toFile().deleteOnExit();
      file.toFile().deleteOnExit();
      Files.copy(in, file);
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
