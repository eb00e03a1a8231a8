package io.mlops4j.bench.engines;

import io.mlops4j.bench.files.Folders;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The models that are in this jar and in those beside it, as files, which the JVM's end deletes.
 */
public final class Models {
  private static final String MODELS = "/io/mlops4j/bench/models/";
  private static final List<String> SAVED_MODEL =
      List.of(
          "saved_model.pb", "variables/variables.index", "variables/variables.data-00000-of-00001");

  private static final Path ROOT = root();

  private Models() {}

  private static Path root() {
    try {
      Path root = Files.createTempDirectory("mlops4j-bench");
      Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(root)));
      return root;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void delete(Path root) {
    try {
      Folders.delete(root);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** An empty folder that nobody but this user can enter. */
  static Path folder() {
    try {
      return Files.createTempDirectory(ROOT, "");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One of those that {@code make_models.py} writes. */
  public static Path file(String name) {
    return resource(MODELS + name + ".onnx");
  }

  /** The one that {@code MakeMlp32.java} writes. */
  public static Path savedModel(String name) {
    Path folder = folder();
    SAVED_MODEL.forEach(file -> copy(MODELS + name + "/" + file, folder.resolve(file)));
    return folder;
  }

  /** Any resource. */
  public static Path resource(String resource) {
    Path file = folder().resolve(resource.substring(resource.lastIndexOf('/') + 1));
    copy(resource, file);
    return file;
  }

  private static void copy(String resource, Path file) {
    try (InputStream in = Models.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException(resource + " is on no class path");
      }
      Files.createDirectories(file.getParent());
      Files.copy(in, file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
