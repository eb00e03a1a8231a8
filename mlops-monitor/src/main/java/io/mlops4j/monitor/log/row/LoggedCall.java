package io.mlops4j.monitor.log.row;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.InferenceEvent.Phase;
import io.mlops4j.inference.InferenceEvent.Route;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.monitor.internal.BoundedQueue;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The rows of a call that are written to the log. It owns both batches. */
public record LoggedCall(
    ServedBy servedBy,
    Route route,
    FeatureBatch features,
    FeatureBatch outputs,
    RowIds ids,
    Map<Phase, Long> nanos,
    Traces traces,
    Instant at)
    implements BoundedQueue.Item {

  /** The trace of each row; null for rows without one. */
  public interface Traces {
    @Nullable String get(int row);
  }

  @Override
  public int rows() {
    return ids.count();
  }

  @Override
  public void close() {
    features.close();
    outputs.close();
  }
}
