package io.mlops4j.bench.live;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.InferenceEvent;
import io.mlops4j.inference.PredictionId;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelVersion;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A call as a runtime reports it to listeners.
 *
 * @param call the number of the call
 */
record Call(ServedBy servedBy, long call, FeatureBatch features, FeatureBatch outputs)
    implements InferenceEvent {
  static final ServedBy VERSION = version();

  private static ServedBy version() {
    Digest digest = Digest.sha256("flight-delay".getBytes(StandardCharsets.UTF_8));
    return ServedBy.of(
        "flight-delay", digest, new ModelVersion("flight-delay", 1, digest), null, "onnx");
  }

  @Override
  public Route route() {
    return Route.PRIMARY;
  }

  @Override
  public PredictionId id(int row) {
    return new PredictionId(1, call, row);
  }

  @Override
  public int rows() {
    return features.rows();
  }

  @Override
  public long nanos(Phase phase) {
    return 0;
  }

  @Override
  public @Nullable Throwable error() {
    return null;
  }
}
