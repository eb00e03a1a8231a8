package io.mlops4j.inference;

import io.mlops4j.model.Device;
import io.mlops4j.model.Feature;
import io.mlops4j.model.FeatureSchema;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Settings for loading a model. Immutable and thread safe, so one instance can serve many loads.
 *
 * <pre>{@code
 * LoadOptions.builder().device("cuda", "cpu").microBatching(MicroBatching.upTo(64)).build();
 * }</pre>
 */
public final class LoadOptions {
  private static final LoadOptions DEFAULTS = builder().build();
  private static final LoadOptions UNTRUSTED = builder().untrusted().build();

  private final @Nullable FeatureSchema features;
  private final List<Feature> featureRules;
  private final List<InferenceListener> listeners;
  private final @Nullable String engine;
  private final List<Device> devices;
  private final @Nullable String signature;
  private final @Nullable Duration deadline;
  private final boolean cached;
  private final boolean trusted;
  private final boolean warmUp;
  private final boolean profiled;
  private final MicroBatching microBatching;
  private final boolean independentRows;
  private final boolean releasesMemory;
  private final boolean lenientColumns;
  private final OptionalLong memoryLimit;
  private final @Nullable Closing closing;
  private final int abandonedRuns;
  private final Set<String> operations;

  private LoadOptions(Builder builder) {
    this.features = builder.features;
    this.featureRules = List.copyOf(builder.featureRules.values());
    this.listeners = List.copyOf(builder.listeners);
    this.engine = builder.engine;
    this.devices = builder.devices;
    this.signature = builder.signature;
    this.deadline = builder.deadline;
    this.cached = builder.cached;
    this.trusted = builder.trusted;
    this.warmUp = builder.warmUp;
    this.profiled = builder.profiled;
    this.microBatching = builder.microBatching;
    this.independentRows = builder.independentRows;
    this.releasesMemory = builder.releasesMemory;
    this.lenientColumns = builder.lenientColumns;
    this.memoryLimit = builder.memoryLimit;
    this.closing = builder.closing;
    this.abandonedRuns = builder.abandonedRuns;
    this.operations = Set.copyOf(builder.operations);
  }

  /**
   * Returns the options that a load without options uses: columns match inputs by name, and the
   * first engine that supports the format runs the model on its default device.
   *
   * @return the defaults
   */
  public static LoadOptions defaults() {
    return DEFAULTS;
  }

  /**
   * Returns the options for a model whose maker is not trusted, as {@link Builder#untrusted()}
   * describes.
   *
   * @return the defaults with this one setting
   */
  public static LoadOptions untrusted() {
    return UNTRUSTED;
  }

  /**
   * Returns a builder with the default settings.
   *
   * @return a new builder
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Returns a builder with the settings of this instance.
   *
   * @return a new builder
   */
  public Builder toBuilder() {
    Builder builder = new Builder();
    builder.features = features;
    featureRules.forEach(builder::feature);
    builder.listeners.addAll(listeners);
    builder.engine = engine;
    builder.devices = devices;
    builder.signature = signature;
    builder.deadline = deadline;
    builder.cached = cached;
    builder.trusted = trusted;
    builder.warmUp = warmUp;
    builder.profiled = profiled;
    builder.microBatching = microBatching;
    builder.independentRows = independentRows;
    builder.releasesMemory = releasesMemory;
    builder.lenientColumns = lenientColumns;
    builder.memoryLimit = memoryLimit;
    builder.closing = closing;
    builder.abandonedRuns = abandonedRuns;
    builder.operations.addAll(operations);
    return builder;
  }

  /**
   * Returns how columns match the model's inputs.
   *
   * @return the schema; empty if the card decides, or columns match by name alone
   */
  public Optional<FeatureSchema> features() {
    return Optional.ofNullable(features);
  }

  /**
   * Returns the rules for single features, each of which replaces the feature of its name.
   *
   * @return an unmodifiable list, one rule for each name
   */
  public List<Feature> featureRules() {
    return featureRules;
  }

  /**
   * Returns whether columns are converted where that is safe.
   *
   * @return true after {@link Builder#lenientColumns()}
   */
  public boolean lenientColumns() {
    return lenientColumns;
  }

  /**
   * Returns the listeners that are notified of every call.
   *
   * @return an unmodifiable list
   */
  public List<InferenceListener> listeners() {
    return listeners;
  }

  /**
   * Returns the name of the chosen engine.
   *
   * @return empty for the first engine that supports the format
   */
  public Optional<String> engine() {
    return Optional.ofNullable(engine);
  }

  /**
   * Returns the requested devices, the preferred one first.
   *
   * @return an unmodifiable list; empty for the engine's default
   */
  public List<Device> devices() {
    return devices;
  }

  /**
   * Returns the key of the chosen signature of a SavedModel.
   *
   * @return empty for the model's default
   */
  public Optional<String> signature() {
    return Optional.ofNullable(signature);
  }

  /**
   * Returns whether the model may be loaded from the runtime's cache, if the runtime has one.
   *
   * @return false after {@link Builder#uncached()} or {@link Builder#untrusted()}
   */
  public boolean cached() {
    return cached;
  }

  /**
   * Returns how long loading may take.
   *
   * @return more than zero; empty without a limit
   */
  public Optional<Duration> deadline() {
    return Optional.ofNullable(deadline);
  }

  /**
   * Returns whether the engine may compute parts of the model while it is loaded.
   *
   * @return false after {@link Builder#untrusted()}
   */
  public boolean trusted() {
    return trusted;
  }

  /**
   * Returns whether the model runs once before it is returned.
   *
   * @return true after {@link Builder#warmedUp()}
   */
  public boolean warmUp() {
    return warmUp;
  }

  /**
   * Returns whether the nodes that each device runs are counted.
   *
   * @return true after {@link Builder#profiled()}
   */
  public boolean profiled() {
    return profiled;
  }

  /**
   * Returns how waiting records and small batches are grouped into runs.
   *
   * @return {@code MicroBatching.upTo(1)}, which groups nothing, unless set
   */
  public MicroBatching microBatching() {
    return microBatching;
  }

  /**
   * Returns whether large batches may be split.
   *
   * @return true after {@link Builder#independentRows()}
   */
  public boolean independentRows() {
    return independentRows;
  }

  /**
   * Returns whether the engine frees its working memory after each call.
   *
   * @return true after {@link Builder#releaseMemory()}
   */
  public boolean releasesMemory() {
    return releasesMemory;
  }

  /**
   * Returns how much working memory the engine may take for the model.
   *
   * @return bytes; empty without a limit
   */
  public OptionalLong memoryLimit() {
    return memoryLimit;
  }

  /**
   * Returns what happens to running calls when the model is closed.
   *
   * @return empty if the runtime decides
   */
  public Optional<Closing> closing() {
    return Optional.ofNullable(closing);
  }

  /**
   * Returns the number of abandoned runs at which the model rejects calls with a deadline.
   *
   * @return 1 or more; 0 if calls wait for their runs even after their deadline
   */
  public int abandonedRuns() {
    return abandonedRuns;
  }

  /**
   * Returns the operations that this model may run beyond those that every model may run.
   *
   * @return an unmodifiable set of names, often empty
   */
  public Set<String> operations() {
    return operations;
  }

  /** Collects the settings. Every method changes this builder. Not thread safe. */
  public static final class Builder {
    private static final int ABANDONED_RUNS = 4;
    private static final long LEAST_MEMORY = 1 << 20;

    private @Nullable FeatureSchema features;
    private final Map<String, Feature> featureRules = new LinkedHashMap<>();
    private final List<InferenceListener> listeners = new ArrayList<>();
    private @Nullable String engine;
    private List<Device> devices = List.of();
    private @Nullable String signature;
    private @Nullable Duration deadline;
    private boolean cached = true;
    private boolean trusted = true;
    private boolean warmUp;
    private boolean profiled;
    private MicroBatching microBatching = MicroBatching.upTo(1);
    private boolean independentRows;
    private boolean releasesMemory;
    private boolean lenientColumns;
    private OptionalLong memoryLimit = OptionalLong.empty();
    private @Nullable Closing closing;
    private int abandonedRuns;
    private final Set<String> operations = new HashSet<>();

    private Builder() {}

    /**
     * Sets how columns match the model's inputs. It overrides all that the card says about columns:
     * its schema, its rules for single features, and whether columns are lenient.
     *
     * @param schema columns, gather order, null policies, keys
     * @return this builder
     */
    public Builder features(FeatureSchema schema) {
      this.features = Objects.requireNonNull(schema, "schema");
      return this;
    }

    /**
     * Sets the rule for one feature: its column, null policy and narrowing. All other features stay
     * as {@link #features}, the card or the model's inputs say. It replaces the whole feature of
     * that name there, and an earlier rule for it.
     *
     * <pre>{@code
     * LoadOptions.builder().feature(Feature.of("city").withNulls(NullPolicy.replaceWith("missing")))
     * }</pre>
     *
     * <p>A model without such a feature is rejected with {@link
     * io.mlops4j.error.ModelLoadException}. A model with one input for many columns has such
     * features only if {@link #features} or the card names its columns.
     *
     * @param feature the feature, with the name that the model uses
     * @return this builder
     */
    public Builder feature(Feature feature) {
      featureRules.put(Objects.requireNonNull(feature, "feature").name(), feature);
      return this;
    }

    /**
     * Takes columns as pandas and CSV files hold them, for every feature of the model, whether it
     * comes from {@link #features}, the card or the signature:
     *
     * <ul>
     *   <li>A column of a wider type is converted, and each value is checked ({@link
     *       io.mlops4j.model.Narrowing#CHECKED}). A type that the feature states is ignored.
     *   <li>A null is NaN if the model's input is of a floating-point type and the feature has no
     *       null policy of its own. A null of an input of whole numbers, booleans or text is still
     *       rejected; {@link #feature} says what it means.
     * </ul>
     *
     * <p>No text stands for a missing text in all models. Exporters of scikit-learn expect an empty
     * text, {@code nan} or a word of the training data, and most models take any other text as an
     * unknown value, without an error.
     *
     * <p>Without this setting, both are rejected, because they can hide an error in the data.
     * {@link Model#features()} returns the features as they are after the setting.
     *
     * @return this builder
     */
    public Builder lenientColumns() {
      this.lenientColumns = true;
      return this;
    }

    /**
     * Adds a listener. The model does not close it, and it must outlive the model.
     *
     * @param listener the listener, notified of every call
     * @return this builder
     */
    public Builder listener(InferenceListener listener) {
      listeners.add(Objects.requireNonNull(listener, "listener"));
      return this;
    }

    /**
     * Replaces all listeners, for example to wrap those of other options.
     *
     * @param listeners the listeners, notified of every call; the model does not close them, and
     *     they must outlive the model
     * @return this builder
     */
    public Builder listeners(List<? extends InferenceListener> listeners) {
      List<InferenceListener> all = List.copyOf(Objects.requireNonNull(listeners, "listeners"));
      this.listeners.clear();
      this.listeners.addAll(all);
      return this;
    }

    /**
     * Chooses the engine. The engine's own library then runs the whole model.
     *
     * <p>Without a name, the first engine that supports the format is used, and it may evaluate a
     * model by other code where that was measured to be faster. The engine {@code onnxruntime}
     * evaluates ensembles of decision trees in Java. Such a row has the answer that ONNX Runtime
     * gives for it in a batch of one row on one thread. {@link Model#placement()} says where a
     * model runs.
     *
     * @param name the engine's name, for example {@code "onnxruntime"}
     * @return this builder
     */
    public Builder engine(String name) {
      this.engine = Objects.requireNonNull(name, "name");
      return this;
    }

    /**
     * Requests devices by name. A single name is a requirement: the whole model runs on that
     * device, or the load fails. Of several names, the first available device is used, and
     * operators that it does not support run on the devices named after it. No other device is ever
     * used.
     *
     * <p>So {@code device("cuda")} rejects a model that needs the CPU for a part. {@code
     * device("cuda", "cpu")} accepts that model, and runs it on the CPU if there is no GPU. {@link
     * Model#placement} says which devices were used.
     *
     * @param preferred device names, the preferred one first. ONNX Runtime knows {@code cpu},
     *     {@code cuda}, {@code tensorrt}, {@code coreml}, {@code directml}, {@code openvino},
     *     {@code rocm} and {@code xnnpack}; the second GPU is {@code cuda:1}. TensorFlow knows
     *     {@code cpu}. A name that no engine knows fails the load. No name means the engine's
     *     default
     * @return this builder
     * @throws IllegalArgumentException if a name does not have the form of a device name
     */
    public Builder device(String... preferred) {
      Objects.requireNonNull(preferred, "preferred");
      this.devices = List.of(preferred).stream().map(Device::of).toList();
      return this;
    }

    /**
     * Requests devices with settings, by the rules of {@link #device(String...)}.
     *
     * @param first the preferred device
     * @param others devices for operators that the first does not support, or for all of them if it
     *     is not available
     * @return this builder
     */
    public Builder device(Device first, Device... others) {
      Objects.requireNonNull(others, "others");
      List<Device> all = new ArrayList<>();
      all.add(Objects.requireNonNull(first, "first"));
      all.addAll(List.of(others));
      this.devices = List.copyOf(all);
      return this;
    }

    /**
     * Chooses one of the signatures of a TensorFlow SavedModel. The default is {@code
     * serving_default}, or the only signature.
     *
     * @param key the signature's key
     * @return this builder
     */
    public Builder signature(String key) {
      this.signature = Objects.requireNonNull(key, "key");
      return this;
    }

    /**
     * Excludes this model from the runtime's {@link io.mlops4j.model.ModelCache}. The engine then
     * loads the model's own bytes, whose digest is computed during the load, and writes nothing.
     *
     * @return this builder
     */
    public Builder uncached() {
      this.cached = false;
      return this;
    }

    /**
     * Limits how long the load may take, from reading to warm-up. A longer load fails with {@link
     * io.mlops4j.error.ModelLoadException}.
     *
     * <p>An engine that is opening a model cannot be cancelled. It continues on a thread of its
     * own, and its result is closed at once. If it still runs when the runtime closes, the runtime
     * reports it. While as many such loads continue as the runtime has threads, further loads with
     * a deadline are rejected.
     *
     * @param deadline the time from the start of the load, more than zero
     * @return this builder
     * @throws IllegalArgumentException if the deadline is zero or negative
     */
    public Builder within(Duration deadline) {
      Objects.requireNonNull(deadline, "deadline");
      if (deadline.isZero() || deadline.isNegative()) {
        throw new IllegalArgumentException(
            "deadline: found " + deadline + ", expected more than zero");
      }
      this.deadline = deadline;
      return this;
    }

    /**
     * Loads a model whose maker is not trusted. The engine does not fold constants during the load,
     * so a small file cannot cause minutes of work during the load, and nothing of the model enters
     * a cache. The model's runs do that work instead, and calls with a deadline return at their
     * deadline ({@link #strictDeadlines()}).
     *
     * <p>An ONNX model may be slower with this setting; its answers are the same. For a TensorFlow
     * SavedModel the setting does not change the load. A SavedModel may only run operations that
     * compute ({@link #allowOperations}), with or without this setting. It can still crash the
     * process.
     *
     * @return this builder
     */
    public Builder untrusted() {
      this.trusted = false;
      this.cached = false;
      if (abandonedRuns == 0) {
        this.abandonedRuns = ABANDONED_RUNS;
      }
      return this;
    }

    /**
     * Allows a TensorFlow SavedModel to run operations that do more than compute, such as
     * operations that read or write files, wait, or call other functions. Without it, a model that
     * needs such operations is rejected, and the message names them.
     *
     * @param names TensorFlow's names of operations, added to those allowed before; for example
     *     {@code InitializeTableFromTextFileV2}, which reads a vocabulary from a file
     * @return this builder
     */
    public Builder allowOperations(String... names) {
      Objects.requireNonNull(names, "names");
      operations.addAll(List.of(names));
      return this;
    }

    /**
     * Runs the model once on zeros and empty texts before the load returns, so that the first
     * request is not the slow one. Listeners are not notified. A model that fails on such values is
     * loaded without warm-up. A deployment always warms up its models.
     *
     * @return this builder
     */
    public Builder warmedUp() {
      this.warmUp = true;
      return this;
    }

    /**
     * Runs the model once on zeros and empty texts during the load, and counts how many of its
     * nodes each device ran: {@link io.mlops4j.model.Placement#nodesByDevice()}.
     *
     * <p>ONNX Runtime writes its profile to a file in a temporary folder that only this user can
     * read, and that is deleted at once. Such a model is not loaded from a {@link
     * io.mlops4j.model.ModelCache}. If the run takes more than a minute, nothing is counted.
     * TensorFlow does not count nodes.
     *
     * @return this builder
     */
    public Builder profiled() {
      this.profiled = true;
      return this;
    }

    /**
     * Groups waiting records and small batches into one engine run. Without it, each has a run of
     * its own.
     *
     * @param batching how many rows a run may have, and how long they may wait
     * @return this builder
     */
    public Builder microBatching(MicroBatching batching) {
      this.microBatching = Objects.requireNonNull(batching, "batching");
      return this;
    }

    /**
     * Declares that the answer for a row does not depend on the other rows, which is true of nearly
     * all models. A batch of more than a few thousand rows is then split, and all idle threads of
     * the runtime run its pieces.
     *
     * <p>The last bits of the answers may differ from those of the whole batch, because an engine
     * may choose another algorithm for another number of rows. The setting has no effect on a model
     * that returns text, sequences or maps.
     *
     * @return this builder
     */
    public Builder independentRows() {
      this.independentRows = true;
      return this;
    }

    /**
     * Frees the engine's working memory after each call. Without it, ONNX Runtime keeps for each
     * model the memory that the largest call needed, until the model is closed.
     *
     * <p>This is for models whose large calls are rare. Each call then allocates again, which makes
     * calls of large models slower. The memory of inputs and outputs is kept. TensorFlow ignores
     * the setting.
     *
     * @return this builder
     */
    public Builder releaseMemory() {
      this.releasesMemory = true;
      return this;
    }

    /**
     * Limits the engine's working memory: what the operators of all simultaneous calls of this
     * model need together, with the answers whose shapes are not known before. A call that needs
     * more fails with {@link io.mlops4j.error.InferenceException}; the model still answers smaller
     * ones. What one operator frees counts until the call ends, unless a later one reuses it.
     * Weights, inputs, the characters of texts, trees that Java evaluates and what some operators
     * allocate on their own do not count.
     *
     * <p>The working memory is freed after each call, as {@link #releaseMemory()} does, because
     * what an earlier call left would count for the next. A call that finds too little left runs a
     * second time before it fails, because its first run frees the rest of earlier calls. Such a
     * model is not loaded from a {@link io.mlops4j.model.ModelCache}. An engine that cannot limit
     * its memory rejects the model with {@link io.mlops4j.error.ModelLoadException}. ONNX Runtime
     * can if {@link io.mlops4j.model.Placement#calls()} is {@code java.lang.foreign}, and
     * TensorFlow cannot.
     *
     * @param bytes the limit, 1 MiB (1,048,576) or more
     * @return this builder
     * @throws IllegalArgumentException if the limit is smaller
     */
    public Builder memoryLimit(long bytes) {
      if (bytes < LEAST_MEMORY) {
        throw new IllegalArgumentException(
            "bytes: found %d, expected %d or more".formatted(bytes, LEAST_MEMORY));
      }
      this.memoryLimit = OptionalLong.of(bytes);
      return this;
    }

    /**
     * Sets what happens to running calls when the model is closed. The default is the choice of the
     * runtime, which waits unless set otherwise.
     *
     * @param closing whether to wait for them, to throw, or to end them after a time
     * @return this builder
     */
    public Builder closing(Closing closing) {
      this.closing = Objects.requireNonNull(closing, "closing");
      return this;
    }

    /**
     * Returns calls at their deadline even if the engine continues, as {@link
     * #strictDeadlines(int)} does with up to 4 abandoned runs. {@link #untrusted()} includes this.
     *
     * @return this builder
     */
    public Builder strictDeadlines() {
      return strictDeadlines(ABANDONED_RUNS);
    }

    /**
     * Returns calls at their deadline even if the engine continues. ONNX Runtime can end a run only
     * between two operators, and TensorFlow not at all. Without this setting, a call whose deadline
     * has passed waits until its run ends.
     *
     * <p>A call with a deadline ({@link CallOptions#withDeadline}) then runs on another thread,
     * which adds the time of a hand-over. A call without a deadline runs as before. If the call
     * ends before its run (at its deadline, when it is cancelled, or when {@link Closing} ends it),
     * the run is abandoned: it continues on its thread, keeps its memory and the memory of its
     * batch, and its answer is dropped. {@link ModelFigures#abandonedRuns} counts such runs. Do not
     * write to the columns of a batch whose run may have been abandoned.
     *
     * <p>While a model has as many abandoned runs as allowed, its calls with a deadline are
     * rejected with {@link io.mlops4j.error.OverloadedException}. Calls that already run are not
     * rejected, so the number of abandoned runs may become larger than allowed. {@link Closing}
     * sets whether closing the model waits for abandoned runs. Memory that a run uses is never
     * freed before the run has ended.
     *
     * @param abandonedRuns the number of abandoned runs at which the model rejects calls, 1 or more
     * @return this builder
     * @throws IllegalArgumentException if the number is below 1
     */
    public Builder strictDeadlines(int abandonedRuns) {
      if (abandonedRuns < 1) {
        throw new IllegalArgumentException(
            "abandonedRuns: found " + abandonedRuns + ", expected 1 or more");
      }
      this.abandonedRuns = abandonedRuns;
      return this;
    }

    /**
     * Builds the options. The builder can be used further.
     *
     * @return an immutable value
     */
    public LoadOptions build() {
      return new LoadOptions(this);
    }
  }
}
