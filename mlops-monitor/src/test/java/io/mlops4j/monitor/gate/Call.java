package io.mlops4j.monitor.gate;

import io.mlops4j.error.OverloadedException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.InferenceEvent;
import io.mlops4j.inference.PredictionId;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelVersion;
import org.jspecify.annotations.Nullable;

/** One call, as a listener that needs no rows is told of it. */
record Call(ServedBy servedBy, Route route, int rows, long runNanos, @Nullable Throwable error)
    implements InferenceEvent {
  static ModelVersion version(int number) {
    return new ModelVersion("m", number, Digest.sha256(new byte[] {(byte) number}));
  }

  static ServedBy by(int number) {
    return ServedBy.of("m", version(number).digest(), version(number), null, "engine");
  }

  static Call took(ServedBy by, double millis) {
    return new Call(by, Route.PRIMARY, 1, (long) (1e6 * millis), null);
  }

  static Call failed(ServedBy by) {
    return new Call(by, Route.PRIMARY, 1, 10, new IllegalStateException("failed"));
  }

  static Call rejected(ServedBy by) {
    return new Call(by, Route.PRIMARY, 1, 0, new OverloadedException("too many calls"));
  }

  Call ofRows(int count) {
    return new Call(servedBy, route, count, runNanos, error);
  }

  Call asShadow() {
    return new Call(servedBy, Route.SHADOW, rows, runNanos, error);
  }

  Call asFallback() {
    return new Call(servedBy, Route.FALLBACK, rows, runNanos, error);
  }

  @Override
  public PredictionId id(int row) {
    return new PredictionId(1, 1, row);
  }

  @Override
  public long nanos(Phase phase) {
    return phase == Phase.RUN ? runNanos : 0;
  }

  @Override
  public @Nullable FeatureBatch features() {
    return null;
  }

  @Override
  public @Nullable FeatureBatch outputs() {
    return null;
  }
}
