package io.mlops4j.runtime.cli.model;

import io.mlops4j.error.ModelLoadException;
import io.mlops4j.error.RegistryException;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.Model;
import io.mlops4j.model.ModelRef;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.ModelRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** A model to call: a file or folder, or a version of a registry. */
final class ModelArgument {
  @SuppressWarnings("NullAway.Init") // set by Picocli
  @Parameters(
      index = "0",
      paramLabel = "MODEL",
      description =
          "The file or folder of a model. If there is no such file: NAME, NAME:NUMBER or NAME@ALIAS"
              + " of the registry.")
  private String model;

  @Mixin private final ColumnOptions columns = new ColumnOptions();

  /** Opens the registry if the argument is not a file. */
  @FunctionalInterface
  interface RegistryOpener {
    ModelRegistry open() throws IOException;
  }

  /** Uses the loaded model. */
  @FunctionalInterface
  interface ModelUse {
    int of(Model model) throws IOException;
  }

  int load(ModelRuntime runtime, RegistryOpener registry, ModelUse use) throws IOException {
    LoadOptions options = columns.options();
    if (isFile()) {
      try (Model loaded = runtime.load(Path.of(model), options)) {
        return use.of(loaded);
      }
    }
    try (ModelRegistry opened = registry.open();
        Model loaded = runtime.load(opened, model, options)) {
      return use.of(loaded);
    } catch (ParameterException | RegistryException e) {
      throw model.endsWith(".onnx") ? noFile(e) : e;
    }
  }

  /** A name such as late.onnx is rather that of a file than that of a model of a registry. */
  private ModelLoadException noFile(RuntimeException e) {
    return new ModelLoadException(
        model
            + ": found no such file; check the path, relative ones start at "
            + Path.of("").toAbsolutePath()
            + ". As a model of a registry: "
            + e.getMessage(),
        e);
  }

  private boolean isFile() {
    try {
      if (Files.exists(Path.of(model))) {
        return true;
      }
      ModelRef.parse(model);
      return false;
    } catch (InvalidPathException e) {
      return false;
    } catch (IllegalArgumentException e) {
      throw new ModelLoadException(
          model + ": found no such file, and it is not a reference to a version; expected either",
          e);
    }
  }
}
