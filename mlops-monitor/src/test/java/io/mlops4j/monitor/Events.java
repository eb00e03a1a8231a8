package io.mlops4j.monitor;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.InferenceEvent;
import io.mlops4j.inference.PredictionId;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelVersion;
import org.jspecify.annotations.Nullable;

/** Calls as a runtime would tell of them. */
public final class Events {
  private Events() {}

  public static ServedBy version(int number) {
    Digest digest = Digest.sha256(new byte[] {(byte) number});
    return ServedBy.of("m", digest, new ModelVersion("m", number, digest), null, "engine");
  }

  public static InferenceEvent answered(ServedBy by, FeatureBatch features, FeatureBatch outputs) {
    return answered(by, InferenceEvent.Route.PRIMARY, features, outputs);
  }

  public static InferenceEvent answered(
      ServedBy by, InferenceEvent.Route route, FeatureBatch features, FeatureBatch outputs) {
    return new Event(by, route, 0, features, outputs, null);
  }

  static InferenceEvent failed(ServedBy by) {
    return new Event(
        by, InferenceEvent.Route.PRIMARY, 0, null, null, new IllegalStateException("failed"));
  }

  record Event(
      ServedBy servedBy,
      Route route,
      long call,
      @Nullable FeatureBatch features,
      @Nullable FeatureBatch outputs,
      @Nullable Throwable error)
      implements InferenceEvent {
    @Override
    public PredictionId id(int row) {
      return new PredictionId(7, call, row);
    }

    @Override
    public int rows() {
      return features == null ? 1 : features.rows();
    }

    @Override
    public long nanos(Phase phase) {
      return 0;
    }
  }
}
