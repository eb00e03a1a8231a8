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
 * A model in a folder of MLflow, of the ONNX flavour. Immutable and thread safe; the folder is read
 * again by {@link #publish}.
 *
 * <p>Only {@code MLmodel} is read, and the model's own files. What a folder has for Python, its
 * {@code code}, {@code loader_module} and environments, is neither run nor published. Keys that are
 * not known are passed over. Needs {@code org.snakeyaml:snakeyaml-engine} 3.2 on the class path.
 */
public final class MlflowModel {
  private static final String MAIN = "MLmodel";
  private static final String ONNX = "onnx";
  private static final long LARGEST = 1 << 20;

  /** What MLflow puts beside a model; the rest may be its weights. */
  private static final Set<String> NOT_THE_MODEL =
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
   * @param folder the folder that holds it
   * @return the model
   * @throws ModelLoadException if it is of another flavour, with how to export it, or its file is
   *     not there
   * @throws io.mlops4j.error.DataException if {@code MLmodel} is missing, damaged, or no file that
   *     MLflow could have written
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
              .formatted(file, shown(data.toString())),
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

  private static String shown(String text) {
    String line = text.replaceAll("\\p{Cntrl}", "?");
    return line.length() <= 80 ? line : line.substring(0, 80) + "...";
  }

  private static String text(Path file) {
    try {
      if (Files.isSymbolicLink(file) || !Files.isRegularFile(file) || Files.size(file) > LARGEST) {
        throw new ModelLoadException(
            file + ": found no such file, or a link, or one of more than 1 MiB, expected MLflow's",
            null);
      }
      return Files.readString(file, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new ModelLoadException(
          file + ": found a file that cannot be read (" + e + "), expected MLflow's in UTF-8", e);
    }
  }

  /**
   * What MLflow says that the model takes and gives: a column is a tensor of one dimension, and a
   * name may be empty. The model's own bytes may say otherwise; they decide.
   *
   * @return empty if it says nothing, or has types that ONNX has not
   */
  public Optional<ModelSignature> signature() {
    return inputs == null || outputs == null
        ? Optional.empty()
        : Optional.of(new ModelSignature(inputs.values(), outputs.values()));
  }

  /**
   * The model's ONNX file, which can be loaded as it is when its weights are in it.
   *
   * @return below the folder
   */
  public Path file() {
    return folder.resolve(data);
  }

  /**
   * Begins a card: with the signature if it is one of named tensors, with the columns in their
   * order if it is one of named columns, and with parameters that say whence the model came: {@code
   * mlflow.run_id}, {@code mlflow.model_uuid}, {@code mlflow.model_id}, {@code mlflow.version} and
   * {@code mlflow.created}. MLflow's folders hold no narrowing of features: where callers give
   * wider numbers than the model takes, allow it in the builder's features.
   *
   * @param name the model's name in the registry
   * @return a builder, to which owner, licence and use can be added
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
      card.parameter(name, shown(value.toString()));
    }
  }

  /**
   * Publishes the model's file, or, where it has weights in further files, a folder of these, and
   * nothing else of MLflow's folder; not its signature either, which is of the whole folder: sign
   * the version.
   *
   * @param registry where to; lent
   * @param card the card, as {@link #card} begins it
   * @return the version
   * @throws ModelLoadException if it is no ONNX model
   * @throws RegistryException if it cannot be stored
   */
  public ModelVersion publish(ModelRegistry registry, ModelCard card) {
    return publish(registry, card, PublishOptions.defaults());
  }

  /**
   * The same, with options. Where the model has several files, these and their bytes count twice
   * for whoever is told of progress: when they are copied together, and when they are published.
   *
   * @param registry where to; lent
   * @param card the card, as {@link #card} begins it
   * @param options who is told how far it is; what it throws leaves nothing behind
   * @return the version
   * @throws ModelLoadException if it is no ONNX model
   * @throws RegistryException if it cannot be stored
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
          folder + ": its files cannot be copied to be published (" + e + "); free some space", e);
    } finally {
      if (copy != null) {
        Disk.deleteQuietly(copy);
      }
    }
  }

  /** The run, and when it made the model. MLflow writes UTC, with a space for the T. */
  private Origin origin() {
    Object run = document.get("run_id");
    Object made = document.get("utc_time_created");
    Optional<Instant> at = Optional.empty();
    if (made != null) {
      try {
        at = Optional.of(Instant.parse(made.toString().strip().replace(' ', 'T') + "Z"));
      } catch (DateTimeParseException unknown) {
        // The card's parameters have it as it stands there.
      }
    }
    String source = run == null ? "MLflow" : "MLflow run " + shown(run.toString());
    return new Origin(source, Optional.empty(), at, Optional.empty(), List.of());
  }

  /** Copies the files, and gives the options for what follows. */
  private static PublishOptions copy(Map<String, Path> files, Path to, PublishOptions options)
      throws IOException {
    int steps = files.size();
    long size = 0;
    for (Path file : files.values()) {
      size += Files.size(file);
    }
    long bytes = size;
    Optional<ProgressListener> listener = options.listener();
    ProgressMeter meter =
        ProgressMeter.of(
            listener.map(told -> ProgressMeter.before(told, steps, bytes)), steps, bytes);
    for (Map.Entry<String, Path> each : files.entrySet()) {
      meter.at(each.getKey());
      Copying.copy(each.getValue(), to.resolve(each.getKey()), meter);
      meter.done();
    }
    return listener.isEmpty()
        ? options
        : options.toBuilder().listener(ProgressMeter.after(listener.get(), steps, bytes)).build();
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
   * Writes a version as a folder in the form of MLflow's models, with the flavours that {@code
   * mlflow.onnx} and {@code mlflow.pyfunc} read. Written after MLflow's documentation; a running
   * MLflow was not asked. Its signature is that of the card. The folder holds nothing else of the
   * card: owner, metrics, features and their {@linkplain io.mlops4j.model.Feature#narrowing()
   * narrowing} are lost. To move a version with its card, use {@link
   * io.mlops4j.runtime.exchange.ModelArchive}.
   *
   * @param registry where it was published; lent
   * @param version a version of this registry
   * @param folder a folder that is empty or not there yet
   * @throws ModelLoadException if the version is no ONNX model
   * @throws RegistryException if the folder is not empty, or cannot be written
   */
  public static void write(ModelRegistry registry, ModelVersion version, Path folder) {
    write(registry, version, folder, registry.card(version).signature().orElse(null));
  }

  /**
   * Writes a version as a folder that MLflow loads, with a signature, as {@code model.signature()}
   * tells it. What MLflow has no words for, as sequences and tensors of any rank, is left out.
   *
   * @param registry where it was published; lent
   * @param version a version of this registry
   * @param folder a folder that is empty or not there yet
   * @param signature inputs and outputs, or null for none
   * @throws ModelLoadException if the version is no ONNX model
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
   * The same, and tells how far it is, once the version's bytes are read and verified.
   *
   * @param registry where it was published; lent
   * @param version a version of this registry
   * @param folder a folder that is empty or not there yet
   * @param signature inputs and outputs, or null for none
   * @param listener told on the calling thread; what it throws leaves nothing behind
   * @throws ModelLoadException if the version is no ONNX model
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

  /** The names that a model's own files must not have. */
  static List<String> reserved() {
    return List.copyOf(NOT_THE_MODEL);
  }

  /**
   * For people.
   *
   * @return the folder
   */
  @Override
  public String toString() {
    return "MLflow model in " + folder;
  }
}
