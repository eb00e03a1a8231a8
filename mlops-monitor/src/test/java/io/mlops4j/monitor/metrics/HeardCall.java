package io.mlops4j.monitor.metrics;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.InferenceEvent;
import io.mlops4j.inference.PredictionId;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.registry.Change;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A call as a runtime would tell of it. */
record HeardCall(
    ServedBy servedBy, Route route, int rows, Map<Phase, Long> phases, @Nullable Throwable error)
    implements InferenceEvent {

  /** Queue 1 ms, bind 2 ms, run 10 ms, read 3 ms: 16 ms. */
  static final Map<Phase, Long> SIXTEEN_MILLIS =
      Map.of(
          Phase.QUEUE,
          1_000_000L,
          Phase.BIND,
          2_000_000L,
          Phase.RUN,
          10_000_000L,
          Phase.READ,
          3_000_000L);

  static HeardCall of(ServedBy by, int rows) {
    return new HeardCall(by, Route.PRIMARY, rows, SIXTEEN_MILLIS, null);
  }

  static HeardCall shadow(ServedBy by, int rows) {
    return new HeardCall(by, Route.SHADOW, rows, SIXTEEN_MILLIS, null);
  }

  static HeardCall failed(ServedBy by, Throwable error) {
    return new HeardCall(by, Route.PRIMARY, 1, Map.of(Phase.QUEUE, 4_000_000L), error);
  }

  /** A version that serves as champion; a new instance for each call, as for each swap. */
  static ServedBy champion(String model, int number) {
    Digest digest = Digest.sha256(new byte[] {(byte) number});
    ModelVersion version = new ModelVersion(model, number, digest);
    AliasRecord record =
        new AliasRecord(
            model,
            "champion",
            number,
            null,
            version,
            Change.by("ana").because("test"),
            Instant.EPOCH,
            null);
    return ServedBy.of(model, digest, version, record, "onnxruntime");
  }

  static ServedBy file(String model) {
    return ServedBy.of(model, Digest.sha256(new byte[] {0}), null, null, "onnxruntime");
  }

  @Override
  public PredictionId id(int row) {
    return new PredictionId(7, 0, row);
  }

  @Override
  public long nanos(Phase phase) {
    return phases.getOrDefault(phase, 0L);
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
