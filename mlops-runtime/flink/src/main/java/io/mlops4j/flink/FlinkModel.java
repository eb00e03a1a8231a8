package io.mlops4j.flink;

import io.mlops4j.inference.Model;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.ModelRuntime;
import io.mlops4j.runtime.registry.RegistryAddress;
import java.time.Duration;
import java.util.Objects;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.util.OutputTag;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A model that scores streams of Flink. Immutable and thread safe; there is nothing to close.
 *
 * <p>The reference is resolved here, in the client. That version answers from the start of the job.
 * If the alias moves while the job runs, all subtasks load the new version and change to it at the
 * barrier of one checkpoint. The version is a part of the checkpoint, so after a restore the rows
 * that are read again are answered by the version that answered them before.
 *
 * @param <I> the record of the features
 * @param <O> the record of the outputs
 */
public final class FlinkModel<I extends Record, O extends Record> {
  private static final Logger LOG = LoggerFactory.getLogger(FlinkModel.class);

  private final Builder<I, O> options;
  private final ModelVersion version;

  private FlinkModel(Builder<I, O> options) {
    this.options = options.copy();
    try (ModelRuntime runtime = ModelRuntime.builder().threads(1).open();
        ModelRegistry registry = options.registry.open();
        Model model = runtime.load(registry, options.ref)) {
      model.rows(options.inputs, options.outputs); // checks all names and types
      version = model.servedBy().version().orElseThrow();
    }
  }

  /**
   * Loads the version that a reference points to now, and checks that the records fit.
   *
   * @param registry where the client, the job manager and the task managers find versions
   * @param ref {@code name@alias}, which is followed, {@code name:number}, or {@code name}
   * @param inputs the record of the features; its components match features by name
   * @param outputs the record of the outputs; its components match outputs by name
   * @param <I> the record of the features
   * @param <O> the record of the outputs
   * @return the model
   * @throws io.mlops4j.error.RegistryException if there is no such version
   * @throws io.mlops4j.error.ModelLoadException if it cannot be loaded
   * @throws io.mlops4j.error.ModelInputException if a component is unknown, missing or has a type
   *     that does not fit
   */
  public static <I extends Record, O extends Record> FlinkModel<I, O> load(
      RegistryAddress registry, String ref, Class<I> inputs, Class<O> outputs) {
    return builder(registry, ref, inputs, outputs).load();
  }

  /**
   * Loads a version with options; see {@link #load(RegistryAddress, String, Class, Class)}.
   *
   * @param registry where the client, the job manager and the task managers find versions
   * @param ref {@code name@alias}, which is followed, {@code name:number}, or {@code name}
   * @param inputs the record of the features; its components match features by name
   * @param outputs the record of the outputs; its components match outputs by name
   * @param <I> the record of the features
   * @param <O> the record of the outputs
   * @return a builder
   */
  public static <I extends Record, O extends Record> Builder<I, O> builder(
      RegistryAddress registry, String ref, Class<I> inputs, Class<O> outputs) {
    return new Builder<>(registry, ref, inputs, outputs);
  }

  /**
   * Returns the version that answers from the start of a job without state.
   *
   * @return its name and number
   */
  public ModelVersion version() {
    return version;
  }

  /**
   * Returns the digest of the bytes of {@link #version}.
   *
   * @return the digest that task managers compare
   */
  public Digest digest() {
    return version.digest();
  }

  boolean watchesDrift() {
    return options.reference != null;
  }

  boolean hasSideOutput() {
    return options.sideOutput;
  }

  /**
   * Adds an operator that scores a stream of records.
   *
   * @param rows the stream
   * @return the streams that leave the operator
   */
  public ScoredStream<I, O> score(DataStream<I> rows) {
    return score(rows, row -> row);
  }

  /**
   * Adds an operator that scores a stream of any type.
   *
   * @param rows the stream
   * @param features makes the record of the features from a row; called on the task's thread, and
   *     must not return null. A row for which it throws is treated like one that the model rejects
   * @param <T> the type of the stream
   * @return the streams that leave the operator
   */
  public <T> ScoredStream<T, O> score(DataStream<T> rows, MapFunction<T, I> features) {
    Objects.requireNonNull(rows, "rows");
    Objects.requireNonNull(features, "features");
    if (!rows.getExecutionEnvironment().getCheckpointConfig().isCheckpointingEnabled()) {
      LOG.warn(
          "{}: checkpoints are off, so the job stays with {}; enable them to follow the alias",
          options.ref,
          version);
    }
    OutputTag<Rejected<T>> rejected =
        options.sideOutput
            ? new OutputTag<>("mlops4j-rejected", Rejected.type(rows.getType()))
            : null;
    Profile reference = options.reference;
    ScoringPlan.DriftPlan drift =
        reference == null
            ? null
            : new ScoringPlan.DriftPlan(
                reference.toBytes(), options.window.toMillis(), DriftWindows.tag());
    ScoringPlan<T, I, O> plan =
        new ScoringPlan<>(
            options.registry,
            PinnedModel.of(version),
            rows.getExecutionEnvironment().clean(features),
            options.inputs,
            options.outputs,
            options.batchRows,
            options.wait,
            rejected,
            drift);
    String uid = options.uid;
    SingleOutputStreamOperator<Scored<T, O>> scored =
        rows.transform(
                uid,
                Scored.type(rows.getType(), options.outputs),
                new ScoringOperatorFactory<>(plan, options.ref, options.every))
            .uid(uid);
    return new ScoredStream<>(
        scored,
        rejected,
        drift == null ? null : DriftWindows.of(scored, drift, uid + "-drift"),
        uid);
  }

  static Duration positive(String name, Duration value) {
    if (Objects.requireNonNull(value, name).toMillis() < 1) {
      throw new IllegalArgumentException(
          "%s: found %s, expected at least 1 ms".formatted(name, value));
    }
    return value;
  }

  /**
   * Options of a model. Not thread safe.
   *
   * @param <I> the record of the features
   * @param <O> the record of the outputs
   */
  public static final class Builder<I extends Record, O extends Record> {
    private final RegistryAddress registry;
    private final String ref;
    private final Class<I> inputs;
    private final Class<O> outputs;
    private int batchRows = 256;
    private Duration wait = Duration.ofMillis(5);
    private Duration every = Duration.ofSeconds(10);
    private boolean sideOutput;
    private @Nullable Profile reference;
    private Duration window = Duration.ofHours(1);
    private String uid;

    private Builder(RegistryAddress registry, String ref, Class<I> inputs, Class<O> outputs) {
      this.registry = Objects.requireNonNull(registry, "registry");
      this.ref = Objects.requireNonNull(ref, "ref");
      this.inputs = Objects.requireNonNull(inputs, "inputs");
      this.outputs = Objects.requireNonNull(outputs, "outputs");
      this.uid = "mlops4j-" + ref;
    }

    private Builder<I, O> copy() {
      Builder<I, O> copy = new Builder<>(registry, ref, inputs, outputs);
      copy.batchRows = batchRows;
      copy.wait = wait;
      copy.every = every;
      copy.sideOutput = sideOutput;
      copy.reference = reference;
      copy.window = window;
      copy.uid = uid;
      return copy;
    }

    /**
     * Sets how rows are grouped. A smaller batch is scored before a watermark or a barrier passes.
     *
     * @param rows the most rows of one call, at least 1; 256 by default
     * @param longest how long a row waits for others, in whole milliseconds, at least 0; 5 ms by
     *     default
     * @return this builder
     * @throws IllegalArgumentException if a value is below its least
     */
    public Builder<I, O> batches(int rows, Duration longest) {
      Objects.requireNonNull(longest, "longest");
      if (rows < 1 || longest.isNegative()) {
        throw new IllegalArgumentException(
            "batches: found %d rows and %s, expected at least 1 row and 0 ms"
                .formatted(rows, longest));
      }
      batchRows = rows;
      wait = longest;
      return this;
    }

    /**
     * Sets how often the job manager reads the alias.
     *
     * @param interval above 0; 10 s by default
     * @return this builder
     * @throws IllegalArgumentException if the interval is not above 0
     */
    public Builder<I, O> checkEvery(Duration interval) {
      every = positive("interval", interval);
      return this;
    }

    /**
     * Names the state of the operators that the model adds to a job. Needed if a job scores two
     * streams with one reference.
     *
     * @param name unique in the job; {@code mlops4j-} and the reference by default
     * @return this builder
     */
    public Builder<I, O> uid(String name) {
      uid = Objects.requireNonNull(name, "name");
      return this;
    }

    /**
     * Sends rows that the model cannot answer to {@link ScoredStream#rejected}. By default such a
     * row fails the job.
     *
     * @return this builder
     */
    public Builder<I, O> sideOutput() {
      sideOutput = true;
      return this;
    }

    /**
     * Compares features and outputs with a reference, by window of event time. The stream needs
     * event times and watermarks.
     *
     * @param profile the reference, such as that of the training data
     * @param length the length of a window, in whole milliseconds, above 0
     * @return this builder
     * @throws IllegalArgumentException if the length is not above 0
     */
    public Builder<I, O> drift(Profile profile, Duration length) {
      reference = Objects.requireNonNull(profile, "profile");
      window = positive("length", length);
      return this;
    }

    /**
     * Loads the model in the client, and checks that the records fit.
     *
     * @return the model
     * @throws io.mlops4j.error.RegistryException if there is no such version
     * @throws io.mlops4j.error.ModelLoadException if it cannot be loaded
     * @throws io.mlops4j.error.ModelInputException if a component is unknown, missing or has a type
     *     that does not fit
     */
    public FlinkModel<I, O> load() {
      return new FlinkModel<>(this);
    }
  }
}
