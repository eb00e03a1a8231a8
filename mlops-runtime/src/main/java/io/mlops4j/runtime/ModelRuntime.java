package io.mlops4j.runtime;

import io.mlops4j.feature.FeatureReader;
import io.mlops4j.inference.Closing;
import io.mlops4j.inference.InferenceEvent;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.RuntimeFigures;
import io.mlops4j.model.ModelCache;
import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelRef;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.PublishOptions;
import io.mlops4j.runtime.deployment.Deployment;
import io.mlops4j.runtime.deployment.Deployments;
import io.mlops4j.runtime.feature.ArrowFiles;
import io.mlops4j.runtime.serving.DefaultModelLoader;
import io.mlops4j.runtime.serving.loading.RegisteredVersion;
import io.mlops4j.runtime.serving.loading.SignatureChecker;
import io.mlops4j.runtime.source.ModelReader;
import io.mlops4j.runtime.trust.TrustPolicy;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where models are loaded and run: owns memory, engines and threads. Thread safe; one for a whole
 * application is enough.
 *
 * <p>Close what it gave before it: predictions, batches, readers, models, deployments. Any other
 * order is safe. Memory that is still lent stays readable; {@link #close} tells who holds it.
 *
 * <p>Engines are found by {@link java.util.ServiceLoader} and opened with the first model that
 * needs one. Process-wide, because the engine is: ONNX Runtime's environment; TensorFlow's library,
 * its threads, and the settings of JavaCPP, which loads it.
 */
public final class ModelRuntime implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ModelRuntime.class);

  private final ModelReader reader;
  private final DefaultModelLoader loader;
  private final boolean strict;

  private ModelRuntime(Builder builder) {
    this.reader = new ModelReader(builder.modelCache);
    this.loader =
        new DefaultModelLoader(
            builder.threads,
            builder.modelCache,
            builder.nativeCache,
            builder.keepLoaded,
            builder.closing,
            builder.cpuTime,
            builder.trust,
            builder.region);
    this.strict = builder.strict;
  }

  /**
   * Opens a runtime that may use all processors of the machine or container.
   *
   * @return a runtime, which the caller closes
   */
  public static ModelRuntime open() {
    return builder().open();
  }

  /**
   * Opens a runtime with other settings.
   *
   * @return a builder
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Loads a model file or folder; its columns meet its inputs by name.
   *
   * @param model the file, for example {@code flight-delay.onnx}
   * @return the model, which the caller closes
   * @throws io.mlops4j.error.ModelLoadException if it is missing, damaged or of no known format
   * @throws io.mlops4j.error.EngineUnavailableException if the engine for it is not there
   */
  public Model load(Path model) {
    return load(model, LoadOptions.defaults());
  }

  /**
   * Loads a model file or folder.
   *
   * @param model the file or folder
   * @param options columns, listeners, engine, devices
   * @return the model, which the caller closes
   * @throws io.mlops4j.error.ModelLoadException if it is missing, damaged or of no known format, or
   *     the columns of the options cannot fill its inputs
   * @throws io.mlops4j.error.EngineUnavailableException if the engine or device is not there
   */
  public Model load(Path model, LoadOptions options) {
    Objects.requireNonNull(model, "model");
    Objects.requireNonNull(options, "options");
    return loader.load(() -> reader.read(model, options.cached()), name(model), options);
  }

  private static String name(Path model) {
    Path last = model.toAbsolutePath().normalize().getFileName();
    String name = last == null ? model.toString() : last.toString();
    return name.endsWith(".onnx") ? name.substring(0, name.length() - ".onnx".length()) : name;
  }

  /**
   * Loads the version that a reference means now, with the columns of its card. It stays that
   * version; a deployment follows the alias.
   *
   * <p>The version is leased until the model is closed, so that no process deletes it meanwhile,
   * also when no alias names it; who wants to is told of this process. A registry that cannot note
   * a lease, as one that can only be read, is no reason not to load: that is logged, once a minute
   * at most, and then only the aliases keep the version. Closing the registry ends the lease, not
   * the model.
   *
   * @param registry where it was published; lent
   * @param ref {@code name}, {@code name:number} or {@code name@alias}
   * @return the model, which the caller closes
   * @throws io.mlops4j.error.RegistryException if there is no such version, or its bytes are not
   *     those that were published
   * @throws io.mlops4j.error.RegionException if its card names other regions than the runtime's
   * @throws io.mlops4j.error.ModelLoadException if it cannot be loaded
   */
  public Model load(ModelRegistry registry, String ref) {
    return load(registry, ref, LoadOptions.defaults());
  }

  /**
   * Loads the version that a reference means now, and leases it until the model is closed, as
   * {@link #load(ModelRegistry, String)} says.
   *
   * @param registry where it was published; lent
   * @param ref {@code name}, {@code name:number} or {@code name@alias}
   * @param options columns in place of the card's, listeners, engine, devices
   * @return the model, which the caller closes
   * @throws io.mlops4j.error.RegistryException if there is no such version, or its bytes are not
   *     those that were published
   * @throws io.mlops4j.error.RegionException if its card names other regions than the runtime's
   * @throws io.mlops4j.error.ModelLoadException if it cannot be loaded
   */
  public Model load(ModelRegistry registry, String ref, LoadOptions options) {
    Objects.requireNonNull(registry, "registry");
    Objects.requireNonNull(ref, "ref");
    Objects.requireNonNull(options, "options");
    AliasRecord alias = alias(registry, ref);
    ModelVersion named = alias == null ? null : alias.to();
    ModelVersion version = named == null ? registry.resolve(ref) : named;
    return loader.load(
        RegisteredVersion.of(registry, version, alias, "a model loaded as " + ref),
        options,
        InferenceEvent.Route.PRIMARY);
  }

  /**
   * Publishes a model after it was loaded once, without further options: see {@link
   * #publish(ModelRegistry, ModelCard, Path, PublishOptions)}.
   *
   * @param registry where to publish; lent
   * @param card what is known of the model
   * @param model the model's file or folder
   * @return the version
   */
  public ModelVersion publish(ModelRegistry registry, ModelCard card, Path model) {
    return publish(registry, card, model, PublishOptions.defaults());
  }

  /**
   * Publishes a model after it was loaded once, so that a registry gets no file that can never be
   * loaded, and no card that contradicts its model. {@link ModelRegistry#publish} does the same
   * without loading: a registry has no engine.
   *
   * @param registry where to publish; lent
   * @param card what is known of the model; its features must fill the model's inputs, and its
   *     signature, if it states one, must agree with the bytes
   * @param model the model's file or folder
   * @param options progress
   * @return the version
   * @throws io.mlops4j.error.ModelLoadException if the model cannot be loaded here, or the card
   *     contradicts it; nothing was published
   * @throws io.mlops4j.error.EngineUnavailableException if the engine for it is not there; nothing
   *     was published
   * @throws io.mlops4j.error.RegistryException if the registry cannot be used
   */
  public ModelVersion publish(
      ModelRegistry registry, ModelCard card, Path model, PublishOptions options) {
    Objects.requireNonNull(registry, "registry");
    Objects.requireNonNull(card, "card");
    Objects.requireNonNull(model, "model");
    Objects.requireNonNull(options, "options");
    LoadOptions.Builder once = LoadOptions.builder();
    card.features().ifPresent(once::features);
    try (Model loaded = loader.load(() -> reader.read(model, false), card.name(), once.build())) {
      if (card.signature().isPresent()) {
        SignatureChecker.requireStated(
            "card of " + card.name(), card.signature().get(), loaded.signature());
      }
    }
    return registry.publish(card, model, options);
  }

  /** Null when the reference names no alias, or one that resolving will refuse. */
  private static @Nullable AliasRecord alias(ModelRegistry registry, String ref) {
    return ref.indexOf('@') < 0 || ModelRef.parse(ref).alias().isEmpty()
        ? null
        : registry.head(ref).orElse(null);
  }

  /**
   * Begins a deployment: a model that follows an alias, tests each new version before it serves and
   * swaps it in without a failing call.
   *
   * @param ref {@code name@alias}
   * @return a builder, which needs a registry; the caller closes what it starts, before this
   *     runtime
   * @throws IllegalArgumentException if the reference names no alias
   */
  public Deployment.Builder deployment(String ref) {
    return Deployments.builder(loader, ref);
  }

  /**
   * Reads an Arrow IPC file, batch by batch.
   *
   * @param data the file
   * @return a reader, which the caller closes
   * @throws io.mlops4j.error.DataException if it is missing or no Arrow file
   */
  public FeatureReader read(Path data) {
    Objects.requireNonNull(data, "data");
    return ArrowFiles.open(data, loader.allocator());
  }

  /**
   * Where batches can be built that live no longer than this runtime.
   *
   * @return lent; closed with the runtime
   */
  public BufferAllocator allocator() {
    return loader.allocator();
  }

  /**
   * The gauge of memory outside the heap that models' inputs and answers use here. What an engine
   * allocates inside and Arrow columns are not in it; the latter are counted by {@link #allocator}.
   *
   * @return bytes allocated now
   */
  public long hostBytes() {
    return loader.hostBytes();
  }

  /**
   * What the runtime and its models do, hold and have cost. Taking figures costs no call anything;
   * some microseconds for each open model. A metrics library asks for them again and again: {@code
   * RuntimeMeters} of {@code mlops-monitor} hands them to Micrometer.
   *
   * @return figures of this moment; after {@link #close} without models
   */
  public RuntimeFigures figures() {
    return loader.figures();
  }

  /**
   * Closes models that are still open, each as was chosen ({@link Builder#closing}, {@link
   * LoadOptions#closing}), waiting for their calls unless it was, then threads, engines and memory.
   * A second call waits for the first, and does nothing after it. Within a call, by a listener or
   * while an asynchronous answer is read, it is refused, for it would wait for itself.
   *
   * <p>Models that were not closed, with the place that opened them, and memory that is still lent,
   * are logged. Such memory stays readable until whoever holds it closes it. Predictions that were
   * dropped without being closed are logged when the garbage collector finds them, with the place
   * that made one of them: one of 1024 is watched.
   *
   * @throws IllegalStateException if it was asked from within a call, or calls run of a model for
   *     which the choice was to refuse then: the runtime and its models stay open, and a call that
   *     begins just then is waited for; and in strict mode, if anything was forgotten
   */
  @Override
  public void close() {
    List<String> forgotten = loader.closeAndReport();
    if (forgotten.isEmpty()) {
      return;
    }
    String report = "the runtime was closed too early: " + String.join("; ", forgotten);
    if (strict) {
      throw new IllegalStateException(report);
    }
    LOG.warn(report);
  }

  /** Settings of a runtime. Not thread safe. */
  public static final class Builder {
    private int threads = Runtime.getRuntime().availableProcessors();
    private boolean strict;
    private @Nullable ModelCache modelCache;
    private @Nullable Path nativeCache;
    private long keepLoaded;
    private Closing closing = Closing.waits();
    private boolean cpuTime;
    private @Nullable TrustPolicy trust;
    private @Nullable String region;

    private Builder() {}

    /**
     * How many threads one run may use, its caller included, and how many work on asynchronous
     * calls.
     *
     * <p>All ONNX models share the engine's threads, one less than this, which sleep between runs.
     * They are as process-wide as the engine: they stay when the runtime is closed, and the first
     * runtime of a process that loads an ONNX model decides how many there are. The models of a
     * runtime with another number, and all models where the application had started ONNX Runtime
     * before, have threads of their own, which go when the model is closed. TensorFlow runs a model
     * in the thread that asks.
     *
     * @param threads at least 1; by default the processors of the machine or container
     * @return this builder
     * @throws IllegalArgumentException if it is below 1
     */
    public Builder threads(int threads) {
      if (threads < 1) {
        throw new IllegalArgumentException("threads: found " + threads + ", expected at least 1");
      }
      this.threads = threads;
      return this;
    }

    /**
     * Lets {@link ModelRuntime#close} throw when something was not closed before it. For tests.
     *
     * @return this builder
     */
    public Builder strict() {
      this.strict = true;
      return this;
    }

    /**
     * Keeps models on the disk as the engine has prepared them, so that they open faster the next
     * time. Without this no file is written.
     *
     * <p>ONNX Runtime on Linux, for models in one file that run on the CPU, keeps the optimised
     * graph, for this version of ONNX Runtime and this kind of CPU; all others load as without a
     * cache.
     *
     * @param cache where, and how far it is trusted
     * @return this builder
     */
    public Builder modelCache(ModelCache cache) {
      this.modelCache = Objects.requireNonNull(cache, "cache");
      return this;
    }

    /**
     * Keeps ONNX Runtime's native libraries extracted, so that the next process starts faster.
     * Without this they are extracted into a temporary folder with each start.
     *
     * <p>ONNX Runtime is loaded once in a process: the first model of any runtime decides, and
     * later ones find it loaded, whatever they say here. Where it was loaded before, or the system
     * property {@code onnxruntime.native.path} is set, this has no effect, which is logged.
     *
     * <p>The folder is made for its owner alone (mode 0700); one that exists must belong to the
     * user of this process and be closed to all others. The libraries' digests are noted when they
     * are extracted, and compared again when the jar or a library is another file than then, or has
     * another size or time; what differs is not loaded, but extracted again. Where the folder
     * cannot be used, which is logged, libraries are extracted as without it.
     *
     * @param folder a folder on a local disk, made when it is first needed
     * @return this builder
     */
    public Builder nativeCache(Path folder) {
      this.nativeCache = Objects.requireNonNull(folder, "folder");
      return this;
    }

    /**
     * Lets models stay loaded after they were closed, so that the next load of the same bytes with
     * the same options is at once there. Those that were used least go first.
     *
     * <p>A model that is loaded twice at the same time with the same options is always shared,
     * whatever is set here: it takes its memory once. The bytes of a registry's version are read
     * and verified with each load all the same, unless a {@link #modelCache} is used.
     *
     * @param bytes how much all loaded models may hold, as their engines tell it, for idle ones to
     *     stay; those in use count, but are never closed for it; 0, the default, keeps none
     * @return this builder
     * @throws IllegalArgumentException if it is negative
     */
    public Builder keepLoaded(long bytes) {
      if (bytes < 0) {
        throw new IllegalArgumentException("bytes: found " + bytes + ", expected 0 or more");
      }
      this.keepLoaded = bytes;
      return this;
    }

    /**
     * Chooses what closing the runtime, or one of its models, does about calls that still run;
     * {@link LoadOptions#closing} chooses for one model. Models that the runtime closes spend their
     * patience at the same time.
     *
     * @param closing wait, which is the default, refuse, or end them after a while
     * @return this builder
     */
    public Builder closing(Closing closing) {
      this.closing = Objects.requireNonNull(closing, "closing");
      return this;
    }

    /**
     * Measures the processor time that each model takes: {@link
     * io.mlops4j.inference.ModelFigures#cpuTime}, which says what is in it. It costs each call two
     * readings of its thread's clock, about a microsecond together.
     *
     * @return this builder
     */
    public Builder cpuTime() {
      this.cpuTime = true;
      return this;
    }

    /**
     * Loads only models that a policy lets in, each after its signature was verified: from files,
     * from a registry, and for deployments, of which one goes on with the version that it serves
     * when the next is not let in. What is refused throws {@link
     * io.mlops4j.error.UntrustedModelException}. Without this every model is loaded.
     *
     * <p>A {@link #modelCache} beside a policy needs a key ({@link ModelCache#withKey}).
     *
     * @param policy whose signature which model needs
     * @return this builder
     */
    public Builder trust(TrustPolicy policy) {
      this.trust = Objects.requireNonNull(policy, "policy");
      return this;
    }

    /**
     * Says where the runtime is. A version of a registry whose card names regions ({@link
     * io.mlops4j.model.ModelCard#regions}) is loaded only where one of them is this; without this
     * it is refused, as nobody knows then that it may be there. What is refused throws {@link
     * io.mlops4j.error.RegionException}; a deployment goes on with the version that it serves.
     * Versions that name no region, and files, which have no card, are loaded anywhere.
     *
     * @param region for example {@code eu-west-1}, as cards write it
     * @return this builder
     * @throws IllegalArgumentException if no card could name it
     */
    public Builder region(String region) {
      this.region = ModelRef.checkName("region", region);
      return this;
    }

    /**
     * Opens the runtime.
     *
     * @return a runtime, which the caller closes
     * @throws IllegalStateException if there are a {@link #trust} policy and a {@link #modelCache}
     *     without a key
     */
    public ModelRuntime open() {
      if (trust != null && modelCache != null && modelCache.key().isEmpty()) {
        throw new IllegalStateException(
            "modelCache: found a cache without a key beside a trust policy; its entries replace the"
                + " bytes whose signature was verified: add ModelCache.withKey(key), or use no"
                + " cache");
      }
      return new ModelRuntime(this);
    }
  }
}
