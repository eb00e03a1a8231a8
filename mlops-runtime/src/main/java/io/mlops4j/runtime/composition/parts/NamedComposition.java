package io.mlops4j.runtime.composition.parts;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.CallOptions;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.Prediction;
import io.mlops4j.inference.RowModel;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.model.ModelSignature;
import io.mlops4j.model.Placement;
import io.mlops4j.runtime.composition.Composition;
import java.lang.invoke.MethodHandles;
import java.util.Collections;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** A model made of others, which can be looked up. */
final class NamedComposition implements Composition {
  private final Model whole;
  private final Map<String, Model> members;

  NamedComposition(Model whole, Map<String, Model> members) {
    this.whole = whole;
    this.members = Collections.unmodifiableMap(members);
  }

  @Override
  public Map<String, Model> members() {
    return members;
  }

  @Override
  public ModelSignature signature() {
    return whole.signature();
  }

  @Override
  public FeatureSchema features() {
    return whole.features();
  }

  @Override
  public ServedBy servedBy() {
    return whole.servedBy();
  }

  @Override
  public Placement placement() {
    return whole.placement();
  }

  @Override
  public Prediction predict(FeatureBatch batch) {
    return whole.predict(batch);
  }

  @Override
  public Prediction predict(FeatureBatch batch, CallOptions options) {
    return whole.predict(batch, options);
  }

  @Override
  public <R> CompletableFuture<R> predictAsync(
      FeatureBatch batch, CallOptions options, Function<? super Prediction, ? extends R> read) {
    return whole.predictAsync(batch, options, read);
  }

  @Override
  public <I extends Record, O extends Record> RowModel<I, O> rows(Class<I> in, Class<O> out) {
    return whole.rows(in, out);
  }

  @Override
  public <I extends Record, O extends Record> RowModel<I, O> rows(
      MethodHandles.Lookup lookup, Class<I> in, Class<O> out) {
    return whole.rows(lookup, in, out);
  }

  @Override
  public void close() {
    whole.close();
  }

  @Override
  public String toString() {
    return whole.toString();
  }
}
