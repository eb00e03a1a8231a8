package io.mlops4j.runtime.cli.model;

import io.mlops4j.error.ModelLoadException;
import io.mlops4j.error.RegistryException;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.Model;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.model.ModelRef;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.ModelRuntime;
import io.mlops4j.runtime.card.CardJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
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

  @Option(
      names = "--card",
      paramLabel = "FILE",
      description = "A card as JSON that names the input columns of the model.")
  private @Nullable Path card;

  @Option(
      names = "--feature",
      paramLabel = "NAME",
      description = "An input column of the model; repeated in the order of the model.")
  private List<String> features = new ArrayList<>();

  @Option(
      names = "--lenient",
      description = {
        "Take columns as pandas and CSV files hold them: nulls are NaN where the model takes"
            + " floats, and wider types are converted if each value fits."
      })
  private boolean lenient;

  @Option(
      names = "--untrusted",
      description = "Load the model as one of a stranger: no optimisation, and strict limits.")
  private boolean untrusted;

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
    LoadOptions options = options();
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

  private LoadOptions options() throws IOException {
    LoadOptions.Builder options = LoadOptions.builder();
    if (card != null) {
      CardJson.parse(Files.readString(card)).features().ifPresent(options::features);
    }
    if (!features.isEmpty()) {
      options.features(FeatureSchema.ofNames(features.toArray(String[]::new)));
    }
    options = lenient ? options.lenientColumns() : options;
    return (untrusted ? options.untrusted() : options).build();
  }
}
