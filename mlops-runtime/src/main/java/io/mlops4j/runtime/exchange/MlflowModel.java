package io.mlops4j.runtime.exchange;

import io.mlops4j.error.ModelLoadException;
import io.mlops4j.error.RegistryException;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelSignature;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.Origin;
import io.mlops4j.registry.ProgressListener;
import io.mlops4j.registry.PublishOptions;
import io.mlops4j.runtime.internal.document.Texts;
import io.mlops4j.runtime.internal.file.ByteSource;
import io.mlops4j.runtime.internal.file.Disk;
import io.mlops4j.runtime.internal.source.ModelFiles;
import io.mlops4j.runtime.internal.source.ProgressMeter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A model of the ONNX flavour in an MLflow folder. Immutable and thread safe; {@link #publish}
 * reads the folder again.
 *
 * <p>Only {@code MLmodel} and the model's own files are read. The parts for Python, such as {@code
 * code}, {@code loader_module} and environments, are neither run nor published. Unknown keys are
 * ignored. Needs {@code org.snakeyaml:snakeyaml-engine} 3.2 on the class path.
 */
public final class MlflowModel {
  static final String MAIN = "MLmodel";
  private static final String ONNX = "onnx";
  private static final long LARGEST = 1 << 20;

  /** The files that MLflow writes beside a model; other files may be its weights. */
  static final Set<String> NOT_THE_MODEL =
      Set.of(
          MAIN,
          "conda.yaml",
          "python_env.yaml",
          "requirements.txt",
          "constraints.txt",
          "registered_model_meta",
          "input_example.json",
          "input_example_metadata.json",
          "serving_input_example.json",
          "serving_input_payload.json");

  private static final Set<String> FOLDERS_FOR_PYTHON = Set.of("code", "metadata", "env");

  private final Path folder;
  private final String data;
  private final Map<String, Object> document;
  private final @Nullable Schema inputs;
  private final @Nullable Schema outputs;

  private MlflowModel(
      Path folder,
      String data,
      Map<String, Object> document,
      @Nullable Schema inputs,
      @Nullable Schema outputs) {
    this.folder = folder;
    this.data = data;
    this.document = document;
    this.inputs = inputs;
    this.outputs = outputs;
  }

  /**
   * Reads {@code MLmodel}.
   *
   * @param folder the folder that contains it
   * @return the model
   * @throws ModelLoadException if the model has another flavour (the message explains how to export
   *     it), or {@code MLmodel} or the model's file is missing
   * @throws io.mlops4j.error.DataException if {@code MLmodel} is damaged, or MLflow could not have
   *     written it
   */
  public static MlflowModel read(Path folder) {
    Path file = folder.resolve(MAIN);
    Map<String, Object> document = Yaml.read(file.toString(), text(file));
    Map<String, Object> flavours = object(document.get("flavors"));
    if (!flavours.containsKey(ONNX)) {
      throw Flavours.refused(file.toString(), flavours.keySet());
    }
    Object data = object(flavours.get(ONNX)).getOrDefault("data", "model.onnx");
    NavigableMap<String, Path> files = ModelFiles.list(folder).paths();
    if (!files.containsKey(data.toString())) {
      throw new ModelLoadException(
          "%s: found the data \"%s\", expected the name of a file in this folder; save the model again"
              .formatted(file, Texts.plain(data.toString())),
          null);
    }
    Map<String, Object> signature = object(document.get("signature"));
    return new MlflowModel(
        folder,
        data.toString(),
        document,
        schema(file, "inputs", signature),
        schema(file, "outputs", signature));
  }

  private static @Nullable Schema schema(Path file, String side, Map<String, Object> signature) {
    Object json = signature.get(side);
    return json == null
        ? null
        : Schema.read(file + ", signature." + side, json.toString()).orElse(null);
  }

  private static Map<String, Object> object(@Nullable Object value) {
    return value instanceof Map<?, ?> map ? Yaml.map(map) : Map.of();
  }

  private static String text(Path file) {
    try {
      if (Files.isSymbolicLink(file) || !Files.isRegularFile(file) || Files.size(file) > LARGEST) {
        throw new ModelLoadException(
            file + ": found no file, a link, or more than 1 MiB, expected MLflow's file", null);
      }
      return Files.readString(file, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new ModelLoadException(
          file + ": cannot read the file (" + e + "), expected MLflow's file in UTF-8", e);
    }
  }

  /**
   * Returns the inputs and outputs that MLflow declares: a column is a tensor of one dimension, and
   * a name may be empty. If the model's bytes declare others, the bytes decide.
   *
   * @return empty if there is no signature, or a type is unknown to ONNX
   */
  public Optional<ModelSignature> signature() {
    return inputs == null || outputs == null
        ? Optional.empty()
        : Optional.of(new ModelSignature(inputs.values(), outputs.values()));
  }

  /**
   * Returns the model's ONNX file. It can be loaded directly if it contains the weights.
   *
   * @return a path below the folder
   */
  public Path file() {
    return folder.resolve(data);
  }

  /**
   * Starts a card. It contains the signature if that has named tensors, the features in their order
   * if the signature has named columns, and parameters for the origin: {@code mlflow.run_id},
   * {@code mlflow.model_uuid}, {@code mlflow.model_id}, {@code mlflow.version} and {@code
   * mlflow.created}. MLflow does not record narrowing: if callers pass wider numbers than the model
   * takes, allow narrowing in the builder's features.
   *
   * @param name the model's name in the registry
   * @return a builder, for example to add owner, licence and use
   * @throws IllegalArgumentException if the name is not allowed
   */
  public ModelCard.Builder card(String name) {
    ModelCard.Builder card = ModelCard.builder(name);
    if (inputs != null && inputs.named() && inputs.columns()) {
      card.features(FeatureSchema.ofNames(inputs.names().toArray(String[]::new)));
    } else if (inputs != null && outputs != null && inputs.named() && !outputs.columns()) {
      card.signature(new ModelSignature(inputs.values(), outputs.values()));
    }
    parameter(card, "mlflow.run_id", "run_id");
    parameter(card, "mlflow.model_uuid", "model_uuid");
    parameter(card, "mlflow.model_id", "model_id");
    parameter(card, "mlflow.version", "mlflow_version");
    parameter(card, "mlflow.created", "utc_time_created");
    return card;
  }

  private void parameter(ModelCard.Builder card, String name, String key) {
    Object value = document.get(key);
    if (value != null && !value.toString().isBlank()) {
      card.parameter(name, Texts.plain(value.toString()));
    }
  }

  /**
   * Publishes the model's file, or, if it has weights in further files, a folder of these files.
   * Other files of the MLflow folder are not published. This includes a signature, which covers the
   * whole folder: sign the version instead.
   *
   * @param registry the target; the caller closes it
   * @param card a card, for example from {@link #card}
   * @return the version
   * @throws ModelLoadException if the file is not an ONNX model
   * @throws RegistryException if the version cannot be stored
   */
  public ModelVersion publish(ModelRegistry registry, ModelCard card) {
    return publish(registry, card, PublishOptions.defaults());
  }

  /**
   * Publishes the model with options. If the model has several files, the progress counts files and
   * bytes twice: when they are copied into one folder, and when they are published.
   *
   * @param registry the target; the caller closes it
   * @param card a card, for example from {@link #card}
   * @param options an exception of the listener cancels the publishing, and nothing is stored
   * @return the version
   * @throws ModelLoadException if the file is not an ONNX model
   * @throws RegistryException if the version cannot be stored
   */
  public ModelVersion publish(ModelRegistry registry, ModelCard card, PublishOptions options) {
    Objects.requireNonNull(registry, "registry");
    Map<String, Path> files = modelFiles();
    options = options.origin().isPresent() ? options : options.toBuilder().from(origin()).build();
    if (files.size() == 1) {
      return registry.publish(card, file(), options);
    }
    Path copy = null;
    try {
      copy = Files.createTempDirectory("mlops4j-mlflow-");
      return registry.publish(card, copy, copy(files, copy, options));
    } catch (IOException e) {
      throw new RegistryException(
          folder + ": cannot copy the files to a temporary folder (" + e + "); free some space", e);
    } finally {
      if (copy != null) {
        Disk.deleteQuietly(copy);
      }
    }
  }

  /** Returns the run and its time. MLflow writes UTC, with a space for the T. */
  private Origin origin() {
    Object run = document.get("run_id");
    Object made = document.get("utc_time_created");
    Optional<Instant> at = Optional.empty();
    if (made != null) {
      try {
        at = Optional.of(Instant.parse(made.toString().strip().replace(' ', 'T') + "Z"));
      } catch (DateTimeParseException unknown) {
        // The card's parameters contain the text.
      }
    }
    String source = run == null ? "MLflow" : "MLflow run " + Texts.plain(run.toString());
    return new Origin(source, Optional.empty(), at, Optional.empty(), List.of());
  }

  /** Copies the files, and returns the options for publishing them. */
  private static PublishOptions copy(Map<String, Path> files, Path to, PublishOptions options)
      throws IOException {
    long bytes = 0;
    for (Path file : files.values()) {
      bytes += Files.size(file);
    }
    ProgressMeter meter = ProgressMeter.ofFirstPass(options, files.size(), bytes);
    for (Map.Entry<String, Path> each : files.entrySet()) {
      meter.at(each.getKey());
      Disk.writeUnforced(to.resolve(each.getKey()), ByteSource.of(each.getValue()).counted(meter));
      meter.done();
    }
    return ProgressMeter.forSecondPass(options, files.size(), bytes);
  }

  private Map<String, Path> modelFiles() {
    Map<String, Path> files = new TreeMap<>(ModelFiles.list(folder).paths());
    Object code = object(object(document.get("flavors")).get(ONNX)).get("code");
    files
        .keySet()
        .removeIf(
            name -> {
              int slash = name.indexOf('/');
              String first = slash < 0 ? "" : name.substring(0, slash);
              return NOT_THE_MODEL.contains(name)
                  || FOLDERS_FOR_PYTHON.contains(first)
                  || (slash > 0 && code != null && first.equals(code.toString()));
            });
    return files;
  }

  /**
   * Writes a version as an MLflow folder with the flavours that {@code mlflow.onnx} and {@code
   * mlflow.pyfunc} read. The form follows MLflow's documentation; it was not tested with MLflow
   * itself. The signature is that of the card. The folder contains nothing else of the card: owner,
   * metrics, features and their {@linkplain io.mlops4j.model.Feature#narrowing() narrowing} are
   * lost. To move a version with its card, use {@link ModelArchive}.
   *
   * @param registry the registry of the version; the caller closes it
   * @param version a version of this registry
   * @param folder an empty or absent folder
   * @throws ModelLoadException if the version is not an ONNX model
   * @throws RegistryException if the folder is not empty, or cannot be written
   */
  public static void write(ModelRegistry registry, ModelVersion version, Path folder) {
    write(registry, version, folder, registry.card(version).signature().orElse(null));
  }

  /**
   * Writes a version as an MLflow folder with another signature, for example that of a loaded
   * model. Inputs or outputs that MLflow cannot express, such as sequences and tensors of any rank,
   * are left out.
   *
   * @param registry the registry of the version; the caller closes it
   * @param version a version of this registry
   * @param folder an empty or absent folder
   * @param signature inputs and outputs, or null for none
   * @throws ModelLoadException if the version is not an ONNX model
   * @throws RegistryException if the folder is not empty, or cannot be written
   */
  public static void write(
      ModelRegistry registry,
      ModelVersion version,
      Path folder,
      @Nullable ModelSignature signature) {
    write(registry, version, folder, signature, now -> {});
  }

  /**
   * Writes a version as an MLflow folder and reports progress after its bytes are verified.
   *
   * @param registry the registry of the version; the caller closes it
   * @param version a version of this registry
   * @param folder an empty or absent folder
   * @param signature inputs and outputs, or null for none
   * @param listener called on the calling thread; if it throws, the files are deleted
   * @throws ModelLoadException if the version is not an ONNX model
   * @throws RegistryException if the folder is not empty, or cannot be written
   */
  public static void write(
      ModelRegistry registry,
      ModelVersion version,
      Path folder,
      @Nullable ModelSignature signature,
      ProgressListener listener) {
    MlflowWriter.write(registry, version, folder, signature, listener);
  }

  /**
   * Returns a description for people.
   *
   * @return the folder
   */
  @Override
  public String toString() {
    return "MLflow model in " + folder;
  }
}
