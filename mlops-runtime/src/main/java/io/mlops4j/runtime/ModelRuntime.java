package io.mlops4j.runtime;

import io.mlops4j.feature.FeatureReader;
import io.mlops4j.feature.FeatureWriter;
import io.mlops4j.feature.ReadOptions;
import io.mlops4j.feature.WriteOptions;
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
import io.mlops4j.runtime.composition.Composition;
import io.mlops4j.runtime.composition.parts.CompositionBuilder;
import io.mlops4j.runtime.deployment.Deployment;
import io.mlops4j.runtime.deployment.alias.DeploymentBuilder;
import io.mlops4j.runtime.feature.DataFiles;
import io.mlops4j.runtime.feature.engine.DataEngine;
import io.mlops4j.runtime.internal.source.ModelReader;
import io.mlops4j.runtime.scoring.BatchScoring;
import io.mlops4j.runtime.serving.DefaultModelLoader;
import io.mlops4j.runtime.serving.RuntimeSettings;
import io.mlops4j.runtime.serving.loading.CardFit;
import io.mlops4j.runtime.serving.loading.RegisteredVersion;
import io.mlops4j.runtime.trust.TrustPolicy;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import javax.sql.DataSource;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Loads and runs models, and owns their memory, engines and threads. Thread safe. One runtime for a
 * whole application is enough.
 *
 * <p>Close predictions, batches, readers, models and deployments before the runtime. Any other
 * order is safe: memory that is still in use stays readable, and {@link #close} logs its owner.
 *
 * <p>Engines are found by {@link java.util.ServiceLoader}, and opened with the first model that
 * needs one. Some of their state is process-wide: ONNX Runtime's environment, TensorFlow's library
 * and threads, and the settings of JavaCPP, which loads TensorFlow.
 */
public final class ModelRuntime implements AutoCloseable {

  private final ModelReader reader;
  private final DefaultModelLoader loader;
  private final boolean strict;
  private final int threads;

  private ModelRuntime(Builder builder) {
    this.reader = new ModelReader(builder.modelCache);
    this.loader =
        new DefaultModelLoader(
            new RuntimeSettings(
                builder.threads,
                Math.max(builder.threads, Runtime.getRuntime().availableProcessors()),
                builder.modelCache,
                builder.nativeCache,
                builder.foreignCalls,
                builder.keepLoaded,
                builder.closing,
                builder.cpuTime,
                builder.trust,
                builder.region));
    this.strict = builder.strict;
    this.threads = builder.threads;
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
   * Loads a model file or folder. Columns match its inputs by name.
   *
   * @param model the file, for example {@code flight-delay.onnx}
   * @return the model, which the caller closes
   * @throws io.mlops4j.error.ModelLoadException if it is missing, damaged or of no known format
   * @throws io.mlops4j.error.EngineUnavailableException if its engine is not available
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
   * @throws io.mlops4j.error.EngineUnavailableException if the engine or device is not available
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
   * Loads the version that a reference points to now, with the columns of its card. The model stays
   * that version, whereas a {@link #deployment} follows the alias.
   *
   * <p>The version is leased until the model is closed. Meanwhile no process can delete it, even
   * when no alias points to it. Anyone who tries gets an error that names this process. If the
   * registry cannot record a lease (for example, because it is read-only), the model still loads
   * and a warning is logged, at most once a minute. Then only an alias prevents its deletion.
   * Closing the registry ends the lease, but not the model.
   *
   * @param registry the registry of the version; the caller closes it
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
   * Loads the version that a reference points to now, and leases it until the model is closed, as
   * {@link #load(ModelRegistry, String)} says.
   *
   * @param registry the registry of the version; the caller closes it
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
   * Loads a model once and publishes it with the default options: see {@link
   * #publish(ModelRegistry, ModelCard, Path, PublishOptions)}.
   *
   * @param registry the registry in which to publish; the caller closes it
   * @param card describes the model
   * @param model the model's file or folder
   * @return the version
   */
  public ModelVersion publish(ModelRegistry registry, ModelCard card, Path model) {
    return publish(registry, card, model, PublishOptions.defaults());
  }

  /**
   * Loads a model once, then publishes it. This prevents publishing a file that cannot be loaded,
   * or a card that contradicts its model. {@link ModelRegistry#publish} publishes without loading,
   * because a registry has no engine.
   *
   * @param registry the registry in which to publish; the caller closes it
   * @param card describes the model; its features must fill the model's inputs, its signature, if
   *     it states one, must agree with the bytes, and the model must take its golden rows; a
   *     deployment compares the answers
   * @param model the model's file or folder
   * @param options who publishes, where the model comes from, and who is notified of progress
   * @return the version
   * @throws io.mlops4j.error.ModelLoadException if the model cannot be loaded here, or the card
   *     contradicts it; nothing was published
   * @throws io.mlops4j.error.EngineUnavailableException if its engine is not available; nothing was
   *     published
   * @throws io.mlops4j.error.RegistryException if the registry cannot be used
   */
  public ModelVersion publish(
      ModelRegistry registry, ModelCard card, Path model, PublishOptions options) {
    Objects.requireNonNull(registry, "registry");
    Objects.requireNonNull(card, "card");
    Objects.requireNonNull(model, "model");
    Objects.requireNonNull(options, "options");
    try (Model loaded =
        loader.load(() -> reader.read(model, false), card.name(), CardFit.options(card))) {
      CardFit.require(card, loaded, loader.allocator());
    }
    return registry.publish(card, model, options);
  }

  /** Returns null if the reference names no alias, or an alias that cannot be resolved. */
  private static @Nullable AliasRecord alias(ModelRegistry registry, String ref) {
    return ref.indexOf('@') < 0 || ModelRef.parse(ref).alias().isEmpty()
        ? null
        : registry.head(ref).orElse(null);
  }

  /**
   * Builds a deployment: a model that follows an alias, tests each new version before it serves,
   * and swaps it in without a failing call.
   *
   * @param ref {@code name@alias}
   * @return a builder, which needs a registry; the caller closes what it starts, before this
   *     runtime
   * @throws IllegalArgumentException if the reference names no alias
   */
  public Deployment.Builder deployment(String ref) {
    return new DeploymentBuilder(loader, ref);
  }

  /**
   * Builds a composition: several models that are called as one, in sequence or in parallel. A
   * member may be a deployment that follows its own alias.
   *
   * @param name the name of the composition, which its answers have; not blank
   * @return a builder; the caller closes what it builds, before the members and this runtime
   * @throws IllegalArgumentException if the name is blank
   */
  public Composition.Builder composition(String name) {
    return new CompositionBuilder(loader, name);
  }

  /**
   * Reads a file of rows, batch by batch: Arrow IPC, Parquet, CSV (also {@code .tsv}), or JSON
   * (also {@code .jsonl} and {@code .ndjson}). Arrow and Parquet are recognised by their first
   * bytes, text by the name, which may end in {@code .gz} or {@code .zst}. If there is no file of a
   * name such as {@code flights-*.parquet}, it stands for the files of that folder that match,
   * sorted by name. A data set without rows has one batch, which has the columns and no rows.
   *
   * <p>All formats but Arrow, and compressed Arrow files, need {@code io.mlops4j:mlops-data}.
   *
   * @param data the file
   * @return a reader, which the caller closes
   * @throws io.mlops4j.error.DataException if the file is missing, damaged or of no known format,
   *     or {@code mlops-data} is needed and missing
   */
  public FeatureReader read(Path data) {
    Objects.requireNonNull(data, "data");
    return DataFiles.open(data, loader.allocator());
  }

  /**
   * Reads a file of rows with options.
   *
   * @param data the file
   * @param options columns, rows, batches and form
   * @return a reader, which the caller closes
   * @throws IllegalArgumentException if the options do not fit the format
   * @throws io.mlops4j.error.DataException if the file is missing, damaged or of no known format,
   *     has no such columns, or {@code mlops-data} is needed and missing
   */
  public FeatureReader read(Path data, ReadOptions options) {
    Objects.requireNonNull(data, "data");
    return read(List.of(data), options);
  }

  /**
   * Reads several files of one format as one data set.
   *
   * @param data the files, in the order of their rows; at least one. If there is no file of a name
   *     such as {@code flights-*.parquet}, it stands for the files of that folder that match,
   *     sorted by name
   * @param options columns, rows, batches and form
   * @return a reader, which the caller closes
   * @throws IllegalArgumentException if there is no file, or the options do not fit the format
   * @throws io.mlops4j.error.DataException if a file is missing, damaged or of no known format, has
   *     no such columns, or {@code mlops-data} is needed and missing
   */
  public FeatureReader read(List<Path> data, ReadOptions options) {
    Objects.requireNonNull(data, "data");
    Objects.requireNonNull(options, "options");
    return DataFiles.open(List.copyOf(data), options, loader.allocator());
  }

  /**
   * Runs a query over files, such as {@code SELECT origin, avg(delay) FROM 'january.parquet' GROUP
   * BY origin}. It needs {@code io.mlops4j:mlops-data}. The query can read every file that this
   * process can read, and writes none.
   *
   * @param sql one SELECT statement in the dialect of DuckDB, never text from outside
   * @return a reader, which the caller closes
   * @throws io.mlops4j.error.DataException if the query fails or is no SELECT, or {@code
   *     mlops-data} is missing
   */
  public FeatureReader query(String sql) {
    return query(sql, ReadOptions.defaults());
  }

  /**
   * Runs a query over files with options, by the rules of {@link #query(String)}.
   *
   * @param sql one SELECT statement in the dialect of DuckDB, never text from outside
   * @param options columns, rows, batches and limits
   * @return a reader, which the caller closes
   * @throws io.mlops4j.error.DataException if the query fails or is no SELECT, or has no such
   *     columns, or {@code mlops-data} is missing
   */
  public FeatureReader query(String sql, ReadOptions options) {
    return DataFiles.query(sql, options, loader.allocator());
  }

  /**
   * Runs a query of a database that has a JDBC driver, and reads its rows while they arrive, in
   * memory for one batch.
   *
   * @param database where the connection comes from; the reader takes one, sets it to read-only and
   *     without auto-commit, and gives it back as it was when it is closed
   * @param sql one query in the dialect of the database
   * @return a reader, which the caller closes
   * @throws io.mlops4j.error.DataException if the query fails, or a column has a type that cannot
   *     be read
   */
  public FeatureReader query(DataSource database, String sql) {
    return query(database, sql, ReadOptions.defaults());
  }

  /**
   * Runs a query of a database with options, by the rules of {@link #query(DataSource, String)}.
   *
   * @param database where the connection comes from
   * @param sql one query in the dialect of the database; question marks are parameters
   * @param options columns, types, rows of a batch, features; a filter belongs into the query. A
   *     chosen column may differ in case from that of the query, because databases change it
   * @param parameters the values of the question marks, which the driver takes as objects
   * @return a reader, which the caller closes
   * @throws IllegalArgumentException if the options have a filter
   * @throws io.mlops4j.error.DataException if the query fails, has no such columns, or a column has
   *     a type that cannot be read
   */
  public FeatureReader query(
      DataSource database, String sql, ReadOptions options, Object... parameters) {
    Objects.requireNonNull(database, "database");
    Objects.requireNonNull(sql, "sql");
    Objects.requireNonNull(options, "options");
    Objects.requireNonNull(parameters, "parameters");
    return DataFiles.query(database, sql, options, Arrays.asList(parameters), loader.allocator());
  }

  /**
   * Scores files and readers with a model, such as {@code runtime.scoring(model).score(in, out)}:
   * on several threads, in bounded memory, resumed after an interruption. It needs {@code
   * io.mlops4j:mlops-data}.
   *
   * @param model the model; the caller closes it after the last file
   * @return a scoring, which can be used for several files
   * @throws io.mlops4j.error.DataException if {@code mlops-data} is missing
   */
  public BatchScoring scoring(Model model) {
    Objects.requireNonNull(model, "model");
    return DataEngine.find("scored files").scoring(model, threads, loader.allocator());
  }

  /**
   * Writes rows to a file: Arrow IPC ({@code .arrow} or {@code .feather}), or Parquet ({@code
   * .parquet}), which needs {@code io.mlops4j:mlops-data}. The file appears under its name when it
   * is committed.
   *
   * @param data the file; one with this name is replaced at the commit
   * @return a writer, which the caller closes before this runtime
   * @throws IllegalArgumentException if the name shows another format
   * @throws io.mlops4j.error.DataException if its folder does not exist
   */
  public FeatureWriter write(Path data) {
    return write(data, WriteOptions.defaults());
  }

  /**
   * Writes rows to a file with options, by the rules of {@link #write(Path)}.
   *
   * @param data the file; one with this name is replaced at the commit
   * @param options the compression
   * @return a writer, which the caller closes before this runtime
   * @throws IllegalArgumentException if the name shows another format
   * @throws io.mlops4j.error.DataException if its folder does not exist
   */
  public FeatureWriter write(Path data, WriteOptions options) {
    Objects.requireNonNull(data, "data");
    return DataFiles.create(data, options);
  }

  /**
   * Returns an allocator for batches that are closed before this runtime.
   *
   * @return the allocator; do not close it, because the runtime closes it
   */
  public BufferAllocator allocator() {
    return loader.allocator();
  }

  /**
   * Returns the memory outside the heap that inputs and answers of models use. It includes neither
   * what an engine allocates nor Arrow columns, which {@link #allocator} counts.
   *
   * @return bytes allocated now
   */
  public long hostBytes() {
    return loader.hostBytes();
  }

  /**
   * Returns the current load, memory and processor time of the runtime and its models. This takes
   * some microseconds for each open model and does not delay calls. {@code RuntimeMeters} of {@code
   * mlops-monitor} passes them to Micrometer.
   *
   * @return the figures of this moment; they contain no models after {@link #close}
   */
  public RuntimeFigures figures() {
    return loader.figures();
  }

  /**
   * Closes open models, then threads, engines and memory. Each model closes the way that its {@link
   * LoadOptions#closing} or {@link Builder#closing} says; the default is to wait for running calls.
   * A second call waits for the first and does nothing else.
   *
   * <p>Models that were not closed are logged with the place that opened them, and so is memory
   * that is still in use. Such memory stays readable until its owner closes it. One in 1024
   * predictions is watched. If the garbage collector finds it unclosed, the place that created it
   * is logged.
   *
   * @throws IllegalStateException if called from inside a call, such as by a listener, because it
   *     would wait for itself; or if calls run and {@link Closing#refuses()} was chosen. The
   *     runtime and its models then stay open. In {@linkplain Builder#strict() strict mode}, also
   *     thrown after closing if anything was not closed before
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
    LoggerFactory.getLogger(ModelRuntime.class).warn(report);
  }

  /** Settings of a runtime. Not thread safe. */
  public static final class Builder {
    private int threads = Runtime.getRuntime().availableProcessors();
    private boolean strict;
    private @Nullable ModelCache modelCache;
    private @Nullable Path nativeCache;
    private @Nullable Boolean foreignCalls;
    private long keepLoaded;
    private Closing closing = Closing.waits();
    private boolean cpuTime;
    private @Nullable TrustPolicy trust;
    private @Nullable String region;

    private Builder() {}

    /**
     * Sets how many threads one run may use, including the calling thread. Asynchronous calls, and
     * the groups that micro-batching makes, run on as many processors as the machine or container
     * has, whatever this number is.
     *
     * <p>All ONNX models share the threads of the engine. There is one thread fewer than this
     * number, and they sleep between runs. These threads are process-wide. The first runtime that
     * loads an ONNX model decides their number, and they stay when the runtime is closed. If a
     * later runtime has another number, each of its models has threads of its own, which end when
     * the model is closed. The same is true of all models if the application started ONNX Runtime
     * before. TensorFlow runs a model in the caller's thread.
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
     * Makes {@link ModelRuntime#close} throw if anything was not closed before it. For tests.
     *
     * @return this builder
     */
    public Builder strict() {
      this.strict = true;
      return this;
    }

    /**
     * Stores models on disk as the engine has prepared them, so that they open faster the next
     * time. By default no file is written.
     *
     * <p>On Linux, ONNX Runtime stores the optimised graph of a model that is one file and runs on
     * the CPU. An entry is valid for one version of ONNX Runtime and one kind of CPU. Other models
     * are loaded without the cache.
     *
     * @param cache the folder, its limit and the checks of its entries
     * @return this builder
     */
    public Builder modelCache(ModelCache cache) {
      this.modelCache = Objects.requireNonNull(cache, "cache");
      return this;
    }

    /**
     * Stores ONNX Runtime's extracted native libraries, so that the next process starts faster. By
     * default they are extracted into a temporary folder at each start.
     *
     * <p>{@link #open} then begins to load ONNX Runtime in a thread of its own, while other work
     * goes on. Without this setting it is loaded with the first model.
     *
     * <p>A process loads ONNX Runtime once, for all runtimes. If it was loaded before, or the
     * system property {@code onnxruntime.native.path} is set, this setting has no effect, and that
     * is logged.
     *
     * <p>The folder is made for its owner alone (mode 0700). A folder that exists must belong to
     * the user of this process and be closed to all others. The digests of the libraries are
     * recorded when they are extracted. They are compared again when the file, size or time of the
     * jar or of a library has changed. A library that differs is not loaded, but extracted again.
     * If the folder cannot be used, that is logged, and libraries are extracted as by default.
     *
     * @param folder a folder on a local disk, made when it is first needed
     * @return this builder
     */
    public Builder nativeCache(Path folder) {
      this.nativeCache = Objects.requireNonNull(folder, "folder");
      return this;
    }

    /**
     * Decides how calls reach ONNX Runtime's native library: through {@code java.lang.foreign},
     * which is faster for small batches and creates no garbage, or through JNI. {@link
     * io.mlops4j.model.Placement#calls} says what a model uses, and why.
     *
     * <p>By default, {@code java.lang.foreign} is used on Java 22 and later if native access is
     * enabled for this library, for example with {@code --enable-native-access=ALL-UNNAMED}, and
     * for models on the CPU whose inputs and outputs are tensors. All other models use JNI. Answers
     * are equal bit for bit. If this method is not called, the system property {@code
     * mlops4j.calls} decides where it is set: {@code jni} or {@code foreign}.
     *
     * @param foreignCalls true to use {@code java.lang.foreign} even if the JVM prints a warning
     *     that native access is not enabled; false to use JNI. If true is not possible, JNI is used
     *     and the reason is logged
     * @return this builder
     */
    public Builder foreignCalls(boolean foreignCalls) {
      this.foreignCalls = foreignCalls;
      return this;
    }

    /**
     * Keeps models loaded after they were closed, so that the next load of the same bytes with the
     * same options takes no time. The least used models are evicted first.
     *
     * <p>Models that are open at the same time with the same bytes and options are always shared
     * and take their memory once. The bytes of a registry's version are read and verified at each
     * load, unless a {@link #modelCache} is used.
     *
     * @param bytes the limit for the memory of all loaded models, as their engines report it. While
     *     it is exceeded, idle models are evicted. Models in use count, but are never evicted. The
     *     default 0 keeps no idle model
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
     * Sets what happens to running calls when the runtime or one of its models is closed. {@link
     * LoadOptions#closing} sets it for one model. When the runtime closes several models, their
     * waiting times run in parallel.
     *
     * @param closing whether to wait for them, which is the default, to throw, or to end them after
     *     a time
     * @return this builder
     */
    public Builder closing(Closing closing) {
      this.closing = Objects.requireNonNull(closing, "closing");
      return this;
    }

    /**
     * Measures the processor time of each model ({@link
     * io.mlops4j.inference.ModelFigures#cpuTime}). Each call then reads its thread's clock twice,
     * which takes about a microsecond.
     *
     * @return this builder
     */
    public Builder cpuTime() {
      this.cpuTime = true;
      return this;
    }

    /**
     * Loads only models that a policy admits, after their signatures were verified. The policy
     * applies to files, registries and deployments; a deployment keeps its serving version if the
     * next one is rejected. A model that is rejected throws {@link
     * io.mlops4j.error.UntrustedModelException}. By default every model is loaded.
     *
     * <p>If a policy is set, a {@link #modelCache} needs a key ({@link ModelCache#withKey}).
     *
     * @param policy which signature each model needs
     * @return this builder
     */
    public Builder trust(TrustPolicy policy) {
      this.trust = Objects.requireNonNull(policy, "policy");
      return this;
    }

    /**
     * Sets the region of the runtime. If the card of a registry's version names regions ({@link
     * io.mlops4j.model.ModelCard#regions}), the version loads only if this is one of them. Without
     * a region, such a version is rejected with {@link io.mlops4j.error.RegionException}. A
     * deployment then keeps its serving version. Versions whose card names no region can be loaded
     * anywhere. So can files, because they have no card.
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
