package io.mlops4j.runtime.serving.listening;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.InferenceEvent;
import io.mlops4j.inference.PredictionId;
import io.mlops4j.inference.ServedBy;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** An event for one listener, or for all that need no rows. Closing it closes its batches. */
public final class CallEvent implements InferenceEvent, AutoCloseable {
  private final ModelIdentity identity;
  private final CalledRows called;
  private final @Nullable Throwable error;
  private final @Nullable Rows lent;
  private @Nullable FeatureBatch features;
  private @Nullable FeatureBatch outputs;
  private boolean ended;

  /**
   * Makes features and outputs on demand.
   *
   * @param features returns a further handle at each call
   * @param outputs likewise
   */
  public record Rows(Supplier<FeatureBatch> features, Supplier<FeatureBatch> outputs) {}

  /**
   * An event of a call.
   *
   * @param identity of the model
   * @param called its rows
   * @param error of the call, or null
   * @param lent makes its batches; null if there are none
   */
  public CallEvent(
      ModelIdentity identity, CalledRows called, @Nullable Throwable error, @Nullable Rows lent) {
    this.identity = identity;
    this.called = called;
    this.error = error;
    this.lent = lent;
  }

  private void checkOpen() {
    if (ended) {
      throw new IllegalStateException(
          "the event has ended: it is valid in its callback only, keep rows with retain()");
    }
  }

  @Override
  public ServedBy servedBy() {
    return identity.servedBy();
  }

  @Override
  public Route route() {
    return identity.route();
  }

  @Override
  public PredictionId id(int row) {
    checkOpen();
    return called.id(Objects.checkIndex(row, called.count()));
  }

  @Override
  public @Nullable String traceId(int row) {
    checkOpen();
    return called.traceId(Objects.checkIndex(row, called.count()));
  }

  @Override
  public int rows() {
    return called.count();
  }

  @Override
  public long nanos(Phase phase) {
    return called.times().nanos(phase);
  }

  @Override
  public @Nullable Throwable error() {
    return error;
  }

  @Override
  public @Nullable FeatureBatch features() {
    checkOpen();
    if (features == null && lent != null) {
      features = lent.features().get();
    }
    return features;
  }

  @Override
  public @Nullable FeatureBatch outputs() {
    checkOpen();
    if (outputs == null && lent != null) {
      outputs = lent.outputs().get();
    }
    return outputs;
  }

  @Override
  public void close() {
    ended = true;
    end(features);
    end(outputs);
  }

  private static void end(@Nullable FeatureBatch batch) {
    if (batch != null) {
      batch.close();
    }
  }
}
