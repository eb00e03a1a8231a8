package io.mlops4j.spark;

import io.mlops4j.error.DataException;
import io.mlops4j.error.ModelInputException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.Model;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.Feature;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.monitor.drift.DriftReport;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.ModelRuntime;
import io.mlops4j.runtime.registry.RegistryAddress;
import io.mlops4j.runtime.trust.TrustPolicy;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.NullVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * A version of a model that scores data sets of Spark. Thread safe. The caller closes it after the
 * last job.
 *
 * <p>The reference is resolved once, here on the driver. All tasks use that version: each executor
 * fetches its bytes from the registry, verifies them and compares their digest with the driver's.
 * The version cannot be deleted before this object is closed.
 */
public final class SparkModel implements AutoCloseable {
  private final SparkSession session;
  private final ModelRuntime runtime;
  private final ModelRegistry registry;
  private final Model model;
  private final PinnedModel pinned;
  private final StructType outputs;
  private final @Nullable Profile reference;
  private final Figures figures = new Figures();

  private SparkModel(Builder builder) {
    session = builder.session;
    reference = builder.reference;
    ModelRuntime.Builder own = ModelRuntime.builder().threads(1);
    if (builder.trust != null) {
      own.trust(builder.trust);
    }
    runtime = own.open();
    ModelRegistry opened = null;
    try {
      opened = builder.registry.open();
      model = runtime.load(opened, builder.ref);
      ModelVersion version = model.servedBy().version().orElseThrow();
      pinned =
          new PinnedModel(
              builder.registry,
              version.name() + ":" + version.number(),
              model.servedBy().digest().toString());
      outputs = OutputColumns.of(model.signature(), builder.outputs);
    } catch (RuntimeException e) {
      if (opened != null) {
        opened.close();
      }
      runtime.close();
      throw e;
    }
    registry = opened;
    session.sparkContext().register(figures, "mlops4j " + pinned.version());
  }

  /**
   * Loads the version that a reference points to now.
   *
   * @param session the session whose data sets are scored; not one of Spark Connect
   * @param registry where the driver and the executors find the version
   * @param ref {@code name}, {@code name:number} or {@code name@alias}
   * @return the model, which the caller closes
   * @throws io.mlops4j.error.RegistryException if there is no such version
   * @throws io.mlops4j.error.ModelLoadException if it cannot be loaded
   */
  public static SparkModel load(SparkSession session, RegistryAddress registry, String ref) {
    return builder(session, registry, ref).load();
  }

  /**
   * Loads a version with options.
   *
   * @param session the session whose data sets are scored; not one of Spark Connect
   * @param registry where the driver and the executors find the version
   * @param ref {@code name}, {@code name:number} or {@code name@alias}
   * @return a builder
   */
  public static Builder builder(SparkSession session, RegistryAddress registry, String ref) {
    return new Builder(session, registry, ref);
  }

  /**
   * Returns the version that answers.
   *
   * @return its name and number
   */
  public ModelVersion version() {
    return model.servedBy().version().orElseThrow();
  }

  /**
   * Returns the digest of the version's bytes.
   *
   * @return the digest that executors compare
   */
  public Digest digest() {
    return model.servedBy().digest();
  }

  /**
   * Returns the columns that {@link #transform} adds. An output with one value for each row is a
   * scalar, another one an array.
   *
   * @return the columns
   */
  public StructType outputs() {
    return outputs;
  }

  /**
   * Adds the outputs of the model to a data set. Nothing runs until an action needs the result.
   *
   * <p>Columns match the features of the model by name. Other columns stay. Rows stay in their
   * partitions and in their order.
   *
   * @param rows the data set; not a stream
   * @return the data set with the columns {@link #outputs} behind its own
   * @throws ModelInputException if a feature is missing or has a type that does not fit
   * @throws IllegalArgumentException if the data set has a column with the name of an output, by
   *     the session's rule for upper and lower case, or is a stream
   */
  public Dataset<Row> transform(Dataset<?> rows) {
    Objects.requireNonNull(rows, "rows");
    if (!(rows instanceof org.apache.spark.sql.classic.Dataset<?> classic) || rows.isStreaming()) {
      throw new IllegalArgumentException(
          "rows: found a stream or a data set of Spark Connect, expected one of a classic session");
    }
    check(rows.schema(), classic.sparkSession().sessionState().conf().caseSensitiveAnalysis());
    ScoringStrategy.install(classic.sparkSession());
    return ScoredPlan.of(classic, task());
  }

  PinnedModel pinned() {
    return pinned;
  }

  /** Returns the columns that the model reads. */
  List<String> features() {
    return model.features().features().stream().map(Feature::column).distinct().toList();
  }

  /** Whether a column is a tensor of 32-bit floats. */
  boolean readsFloats(String column) {
    List<String> names =
        model.features().features().stream()
            .filter(feature -> feature.column().equals(column))
            .map(Feature::name)
            .toList();
    return model.signature().inputs().stream()
        .anyMatch(
            input ->
                input instanceof TensorSpec tensor
                    && names.contains(tensor.name())
                    && tensor.type() == ElementType.FLOAT32);
  }

  private ScoringTask task() {
    return new ScoringTask(pinned, features(), outputs, bins(), figures);
  }

  private String bins() {
    return reference == null ? "" : TaskFigures.text(reference);
  }

  /** Calls the model with no rows, which checks names and types. */
  void check(StructType input, boolean caseSensitive) {
    List<String> names = Arrays.asList(input.fieldNames());
    for (String output : outputs.fieldNames()) {
      if (names.stream()
          .anyMatch(name -> caseSensitive ? name.equals(output) : name.equalsIgnoreCase(output))) {
        throw new IllegalArgumentException(
            "rows: found the column \""
                + output
                + "\", which is also an output; rename it, or choose other outputs");
      }
    }
    List<String> features = features();
    for (String feature : features) {
      if (names.indexOf(feature) != names.lastIndexOf(feature)) {
        throw new ModelInputException(
            feature, "two such columns", "one; rename or drop the other in the query");
      }
    }
    List<FieldVector> vectors = // the other columns have a name only, for the error's text
        names.stream()
            .distinct()
            .map(
                name ->
                    features.contains(name)
                        ? FeatureColumn.field(name, input.apply(name).dataType())
                            .createVector(runtime.allocator())
                        : new NullVector(name))
            .toList();
    try (VectorSchemaRoot root =
            new VectorSchemaRoot(vectors.stream().map(FieldVector::getField).toList(), vectors, 0);
        FeatureBatch none = FeatureBatch.of(root)) {
      vectors.forEach(FieldVector::allocateNew);
      model.predict(none).close();
    }
  }

  /**
   * Registers a function for SQL. Its argument is a struct whose fields match the features of the
   * model by name; its result is a struct of the {@link #outputs}. For example {@code SELECT
   * delay(struct(*)).probability FROM flights}.
   *
   * <p>Spark calls a function once for each row. {@link #transform} calls the model with thousands
   * of rows and is many times faster.
   *
   * @param function the name of the function in this session
   */
  public void register(String function) {
    Objects.requireNonNull(function, "function");
    session.udf().register(function, new RowFunction(task()), outputs);
  }

  /**
   * Returns what the tasks of the last stage that scored rows did. Tasks of failed or lost
   * executors that ran again are counted once.
   *
   * @return zeros before the first action
   */
  public ScoringFigures figures() {
    List<TaskFigures> tasks = figures.tasks();
    return new ScoringFigures(
        tasks.stream().mapToLong(TaskFigures::rows).sum(),
        tasks.stream().mapToLong(TaskFigures::calls).sum(),
        Duration.ofNanos(tasks.stream().mapToLong(TaskFigures::nanos).sum()),
        tasks.size());
  }

  /**
   * Returns the profile of the features and outputs that the last stage scored, merged over its
   * tasks.
   *
   * @return empty before the first action, or if there is no {@link Builder#comparedWith reference}
   */
  public Optional<Profile> profile() {
    return figures.tasks().stream()
        .filter(task -> !task.profile().isEmpty() && task.rows() > 0)
        .map(TaskFigures::profiled)
        .reduce(Profile::merge);
  }

  /**
   * Compares the rows of the last stage with the reference.
   *
   * @return the report
   * @throws DataException if there is no reference, or no row was scored
   */
  public DriftReport drift() {
    Profile compared = reference;
    Profile scored =
        profile()
            .orElseThrow(
                () ->
                    new DataException(
                        "drift: found no profile; expected comparedWith(reference) and an action",
                        null));
    return DriftReport.compare(Objects.requireNonNull(compared), scored);
  }

  /** Closes the driver's model and registry. Jobs that run meanwhile are not affected. */
  @Override
  public void close() {
    ExecutorModels.closeIdle(pinned); // of a local session, whose executor is this JVM
    model.close();
    registry.close();
    runtime.close();
  }

  /** Options of a model. Not thread safe. */
  public static final class Builder {
    private final SparkSession session;
    private final RegistryAddress registry;
    private final String ref;
    private List<String> outputs = List.of();
    private @Nullable Profile reference;
    private @Nullable TrustPolicy trust;

    private Builder(SparkSession session, RegistryAddress registry, String ref) {
      this.session = Objects.requireNonNull(session, "session");
      this.registry = Objects.requireNonNull(registry, "registry");
      this.ref = Objects.requireNonNull(ref, "ref");
    }

    /**
     * Sets the outputs that become columns. The default is all that can.
     *
     * @param names the names, in the order of the columns
     * @return this builder
     */
    public Builder outputs(String... names) {
      outputs = List.of(Objects.requireNonNull(names, "names"));
      return this;
    }

    /**
     * Loads only a version that a policy admits, after its signatures were verified on the driver.
     * Executors load the bytes with the same digest. By default every version is loaded.
     *
     * @param policy which signature the version needs
     * @return this builder
     */
    public Builder trust(TrustPolicy policy) {
      trust = Objects.requireNonNull(policy, "policy");
      return this;
    }

    /**
     * Profiles the features and outputs of each task in the bins of a reference, for {@link
     * SparkModel#drift}.
     *
     * @param profile the reference, such as that of the training data
     * @return this builder
     */
    public Builder comparedWith(Profile profile) {
      reference = Objects.requireNonNull(profile, "profile");
      return this;
    }

    /**
     * Loads the model on the driver.
     *
     * @return the model, which the caller closes
     * @throws io.mlops4j.error.RegistryException if there is no such version
     * @throws io.mlops4j.error.ModelLoadException if it cannot be loaded
     * @throws io.mlops4j.error.UntrustedModelException if the policy rejects it
     * @throws IllegalArgumentException if an output cannot be a column
     */
    public SparkModel load() {
      return new SparkModel(this);
    }
  }
}
