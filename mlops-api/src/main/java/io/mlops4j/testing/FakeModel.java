package io.mlops4j.testing;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.CallOptions;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.Prediction;
import io.mlops4j.inference.RowModel;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.model.Digest;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.model.ModelSignature;
import io.mlops4j.model.Placement;
import java.lang.invoke.MethodHandles;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A model whose answers are Java functions, for unit tests of code that calls a {@link Model}.
 *
 * <pre>{@code
 * Model model = FakeModel.builder("flight-delay")
 *     .rows(Flight.class, Delay.class, flight -> new Delay(flight.distance() > 1000 ? 0.7f : 0.2f))
 *     .build();
 * }</pre>
 *
 * <p>A function that throws is a call that fails, for example with {@link
 * io.mlops4j.error.OverloadedException}. Functions run on the caller's thread, also those of
 * asynchronous calls. The model checks no columns, ignores {@link CallOptions}, and has no
 * listeners: what depends on these needs a real model. Thread safe if the functions are.
 */
public final class FakeModel implements Model {
  private final ServedBy servedBy;
  private final ModelSignature signature;
  private final FeatureSchema features;
  private final @Nullable Function<? super FeatureBatch, FeatureBatch> batches;
  private final Map<List<Class<?>>, Function<?, ?>> rows;
  private final AtomicLong calls = new AtomicLong();
  private volatile boolean closed;

  private FakeModel(Builder builder) {
    this.servedBy = builder.servedBy;
    this.signature = builder.signature;
    this.features = builder.features;
    this.batches = builder.batches;
    this.rows = Map.copyOf(builder.rows);
  }

  /**
   * Starts a model without answers.
   *
   * @param name the name of the model, as {@link #servedBy} has it
   * @return a builder
   */
  public static Builder builder(String name) {
    return new Builder(Objects.requireNonNull(name, "name"));
  }

  /**
   * Returns how often the model was called.
   *
   * @return the number of calls; a batch or a list of records is one call
   */
  public long calls() {
    return calls.get();
  }

  @Override
  public ModelSignature signature() {
    return signature;
  }

  @Override
  public FeatureSchema features() {
    return features;
  }

  @Override
  public ServedBy servedBy() {
    return servedBy;
  }

  @Override
  public Placement placement() {
    return Placement.of("cpu");
  }

  @Override
  public Prediction predict(FeatureBatch batch) {
    Objects.requireNonNull(batch, "batch");
    long call = begin();
    if (batches == null) {
      throw missing("batches(rows -> ...)");
    }
    FeatureBatch outputs = Objects.requireNonNull(batches.apply(batch), "batches: found null");
    if (outputs.rows() != batch.rows()) {
      int found = outputs.rows();
      outputs.close();
      throw new IllegalStateException(
          "batches: found outputs with %d rows for a batch of %d, expected one for each row"
              .formatted(found, batch.rows()));
    }
    return new FakePrediction(servedBy, call, outputs);
  }

  @Override
  public Prediction predict(FeatureBatch batch, CallOptions options) {
    Objects.requireNonNull(options, "options");
    return predict(batch);
  }

  @Override
  public <R> CompletableFuture<R> predictAsync(
      FeatureBatch batch, CallOptions options, Function<? super Prediction, ? extends R> read) {
    Objects.requireNonNull(read, "read");
    try (Prediction prediction = predict(batch, options)) {
      return CompletableFuture.completedFuture(read.apply(prediction));
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  @Override
  public <I extends Record, O extends Record> RowModel<I, O> rows(Class<I> in, Class<O> out) {
    Objects.requireNonNull(in, "in");
    Objects.requireNonNull(out, "out");
    Function<?, ?> answer = rows.get(List.of(in, out));
    if (answer == null) {
      throw missing(
          "rows(%s.class, %s.class, row -> ...)"
              .formatted(in.getSimpleName(), out.getSimpleName()));
    }
    return new FakeRows<>(this, row -> out.cast(apply(answer, row)));
  }

  @SuppressWarnings("unchecked") // the builder takes functions of the right types only
  private static <I> @Nullable Object apply(Function<?, ?> answer, I row) {
    return ((Function<I, ?>) answer).apply(row);
  }

  @Override
  public <I extends Record, O extends Record> RowModel<I, O> rows(
      MethodHandles.Lookup lookup, Class<I> in, Class<O> out) {
    Objects.requireNonNull(lookup, "lookup");
    return rows(in, out);
  }

  /** Counts a call, and returns its number. */
  long begin() {
    if (closed) {
      throw new IllegalStateException("model " + servedBy.model() + " is closed");
    }
    return calls.incrementAndGet();
  }

  private IllegalStateException missing(String method) {
    return new IllegalStateException(
        "model %s: found no answer for this call; add one with FakeModel.Builder.%s"
            .formatted(servedBy.model(), method));
  }

  /** Rejects further calls with {@link IllegalStateException}. */
  @Override
  public void close() {
    closed = true;
  }

  /** Collects the answers of a {@link FakeModel}. For one thread. */
  public static final class Builder {
    private ServedBy servedBy;
    private ModelSignature signature = new ModelSignature(List.of(), List.of());
    private FeatureSchema features = FeatureSchema.of();
    private @Nullable Function<? super FeatureBatch, FeatureBatch> batches;
    private final Map<List<Class<?>>, Function<?, ?>> rows = new LinkedHashMap<>();

    private Builder(String name) {
      Digest digest = Digest.sha256(name.getBytes(StandardCharsets.UTF_8));
      this.servedBy = ServedBy.of(name, digest, null, null, "fake");
    }

    /**
     * Sets who answers. By default it has the name, the digest of the name, no version, and the
     * engine "fake".
     *
     * @param servedBy who answers, such as {@code ServedBy.of("flight-delay", digest, version,
     *     null, "onnxruntime")}
     * @return this builder
     */
    public Builder servedBy(ServedBy servedBy) {
      this.servedBy = Objects.requireNonNull(servedBy, "servedBy");
      return this;
    }

    /**
     * Sets the signature that the model states. By default it has no inputs and no outputs.
     *
     * @param signature the signature; calls are not checked against it
     * @return this builder
     */
    public Builder signature(ModelSignature signature) {
      this.signature = Objects.requireNonNull(signature, "signature");
      return this;
    }

    /**
     * Sets the features that the model states. By default it has none.
     *
     * @param features the features; calls are not checked against them
     * @return this builder
     */
    public Builder features(FeatureSchema features) {
      this.features = Objects.requireNonNull(features, "features");
      return this;
    }

    /**
     * Sets the answer to batches.
     *
     * @param answer returns a batch of outputs with one row for each row, which the prediction
     *     closes
     * @return this builder
     */
    public Builder batches(Function<? super FeatureBatch, FeatureBatch> answer) {
      this.batches = Objects.requireNonNull(answer, "answer");
      return this;
    }

    /**
     * Adds the answer to records of a type, for {@link Model#rows(Class, Class)} of the two types.
     *
     * @param in the input record
     * @param out the output record
     * @param answer returns the output for an input
     * @param <I> the input record
     * @param <O> the output record
     * @return this builder
     */
    public <I extends Record, O extends Record> Builder rows(
        Class<I> in, Class<O> out, Function<? super I, ? extends O> answer) {
      rows.put(List.of(in, out), Objects.requireNonNull(answer, "answer"));
      return this;
    }

    /**
     * Returns the model.
     *
     * @return a new model; closing it is not needed
     */
    public FakeModel build() {
      return new FakeModel(this);
    }
  }
}
