package io.mlops4j.monitor.live.rows;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.InferenceEvent;
import io.mlops4j.inference.PredictionId;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.monitor.internal.BoundedQueue;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** An item that is handed over to the monitor's thread. */
public sealed interface Handed extends BoundedQueue.Item
    permits Handed.Answered, CallBlock, Handed.Labels, Handed.Step, Handed.Mark {
  /**
   * The rows of a call, or of several calls that are handled together, and the answers.
   *
   * @param ids only if labels are joined by prediction id
   * @param first the time of the first call
   * @param at the time of the last call
   */
  record Answered(
      ServedBy servedBy,
      InferenceEvent.Route route,
      FeatureBatch features,
      FeatureBatch outputs,
      @Nullable List<PredictionId> ids,
      Instant first,
      Instant at)
      implements Handed {
    /** The rows of one call. */
    public Answered(
        ServedBy servedBy,
        InferenceEvent.Route route,
        FeatureBatch features,
        FeatureBatch outputs,
        @Nullable List<PredictionId> ids,
        Instant at) {
      this(servedBy, route, features, outputs, ids, at, at);
    }

    /** Whether the answers were never returned. */
    public boolean shadow() {
      return route == InferenceEvent.Route.SHADOW;
    }

    /** Returns the same rows, at another time. */
    public Answered at(Instant other) {
      return other.equals(at) ? this : new Answered(servedBy, route, features, outputs, ids, other);
    }

    @Override
    public int rows() {
      return features.rows();
    }

    @Override
    public void close() {
      features.close();
      outputs.close();
    }
  }

  /** A label with the key or id of its row. */
  record Label(LabelKey key, double value) {}

  /**
   * Labels that were added together.
   *
   * @param upTo the number of labels that were ever added, these included; 0 if they are not stored
   */
  record Labels(List<Label> labels, Instant at, long upTo) implements Handed {
    @Override
    public int rows() {
      return labels.size();
    }
  }

  /** Work for the monitor's thread, and a mark that it has ended. */
  record Step(Runnable run, CountDownLatch ended) implements Handed {
    @Override
    public int rows() {
      return 0;
    }

    @Override
    public void close() {
      ended.countDown();
    }
  }

  /** A mark. When it is reached, everything before it has been handled. */
  record Mark(CountDownLatch reached) implements Handed {
    @Override
    public int rows() {
      return 0;
    }

    @Override
    public void close() {
      reached.countDown();
    }
  }
}
