package io.mlops4j.monitor.metrics;

import io.micrometer.observation.ObservationRegistry;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.CallOptions;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.Prediction;
import io.mlops4j.inference.RowModel;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.model.ModelSignature;
import io.mlops4j.model.Placement;
import java.lang.invoke.MethodHandles;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;

/** A model whose calls are observed. As thread safe as the model. */
final class ObservedModel implements Model {
  private final Model model;
  private final CallObserver calls;

  ObservedModel(Model model, ObservationRegistry registry) {
    this.model = model;
    this.calls = new CallObserver(model, registry);
  }

  @Override
  public Prediction predict(FeatureBatch batch) {
    return predict(batch, () -> model.predict(batch));
  }

  @Override
  public Prediction predict(FeatureBatch batch, CallOptions options) {
    return predict(batch, () -> model.predict(batch, options));
  }

  private Prediction predict(FeatureBatch batch, Supplier<Prediction> ask) {
    ObservedCall call = calls.begin(() -> rowsOf(batch));
    return call.during(
        () -> {
          Prediction answer = ask.get();
          call.answeredBy(answer.servedBy());
          return answer;
        });
  }

  /** The number of rows, even of a batch that the call will reject. */
  private static int rowsOf(FeatureBatch batch) {
    try {
      return batch.rows();
    } catch (RuntimeException e) {
      return 0;
    }
  }

  @Override
  public <R> CompletableFuture<R> predictAsync(
      FeatureBatch batch, CallOptions options, Function<? super Prediction, ? extends R> read) {
    Objects.requireNonNull(read, "read");
    ObservedCall call = calls.begin(() -> rowsOf(batch));
    return call.until(
        () ->
            model.predictAsync(
                batch,
                options,
                answer -> {
                  call.answeredBy(answer.servedBy());
                  return call.within(() -> read.apply(answer));
                }));
  }

  @Override
  public <I extends Record, O extends Record> RowModel<I, O> rows(Class<I> in, Class<O> out) {
    return new ObservedRows<>(model.rows(in, out), calls);
  }

  @Override
  public <I extends Record, O extends Record> RowModel<I, O> rows(
      MethodHandles.Lookup lookup, Class<I> in, Class<O> out) {
    return new ObservedRows<>(model.rows(lookup, in, out), calls);
  }

  /** Records do not say which version answered, unless their output requests it. */
  private record ObservedRows<I extends Record, O extends Record>(
      RowModel<I, O> rows, CallObserver calls) implements RowModel<I, O> {
    @Override
    public O predict(I row) {
      return calls.begin(() -> 1).during(() -> rows.predict(row));
    }

    @Override
    public O predict(I row, CallOptions options) {
      return calls.begin(() -> 1).during(() -> rows.predict(row, options));
    }

    @Override
    public List<O> predict(List<I> many) {
      return calls.begin(() -> many.size()).during(() -> rows.predict(many));
    }

    @Override
    public CompletableFuture<O> predictAsync(I row, CallOptions options) {
      return calls.begin(() -> 1).until(() -> rows.predictAsync(row, options));
    }
  }

  @Override
  public ModelSignature signature() {
    return model.signature();
  }

  @Override
  public FeatureSchema features() {
    return model.features();
  }

  @Override
  public ServedBy servedBy() {
    return model.servedBy();
  }

  @Override
  public Placement placement() {
    return model.placement();
  }

  @Override
  public void close() {
    model.close();
  }

  @Override
  public String toString() {
    return "observed " + model;
  }
}
