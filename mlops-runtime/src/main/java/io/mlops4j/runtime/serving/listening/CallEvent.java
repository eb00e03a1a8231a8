package io.mlops4j.runtime.serving.listening;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.InferenceEvent;
import io.mlops4j.inference.PredictionId;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.runtime.serving.call.CallTimes;
import java.util.Objects;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** An event for one listener. Closing it closes its batches. */
public final class CallEvent implements InferenceEvent, AutoCloseable {
  private final ModelIdentity identity;
  private final int rows;
  private final IntFunction<PredictionId> ids;
  private final IntFunction<@Nullable String> traces;
  private final CallTimes times;
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
   * @param rows of the call
   * @param ids of the rows
   * @param traces of the rows
   * @param times of the call
   * @param error of the call, or null
   * @param lent makes its batches; null if there are none
   */
  public CallEvent(
      ModelIdentity identity,
      int rows,
      IntFunction<PredictionId> ids,
      IntFunction<@Nullable String> traces,
      CallTimes times,
      @Nullable Throwable error,
      @Nullable Rows lent) {
    this.identity = identity;
    this.rows = rows;
    this.ids = ids;
    this.traces = traces;
    this.times = times;
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
    return ids.apply(Objects.checkIndex(row, rows));
  }

  @Override
  public @Nullable String traceId(int row) {
    checkOpen();
    return traces.apply(Objects.checkIndex(row, rows));
  }

  @Override
  public int rows() {
    return rows;
  }

  @Override
  public long nanos(Phase phase) {
    return times.nanos(phase);
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
