package io.mlops4j.monitor;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.InferenceEvent;
import io.mlops4j.inference.PredictionId;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.monitor.internal.BoundedQueue;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * The hand-off from serving and labelling threads to the monitor's thread, in order and bounded in
 * rows.
 *
 * <p>A serving thread never waits: rows that do not fit are rejected. A labelling thread waits,
 * because a lost label never comes again.
 */
final class HandOff extends BoundedQueue<HandOff.Item> {
  /** Serving threads wake the monitor's thread once in this time at most. */
  private static final Duration REST = Duration.ofMillis(2);

  /** An item that is handed over. */
  sealed interface Item extends BoundedQueue.Item {}

  /** The rows of a call and the answers; ids only if labels are joined by prediction id. */
  record Answered(
      ServedBy servedBy,
      InferenceEvent.Route route,
      FeatureBatch features,
      FeatureBatch outputs,
      @Nullable List<PredictionId> ids,
      Instant at)
      implements Item {
    /** Whether the answers were never returned. */
    boolean shadow() {
      return route == InferenceEvent.Route.SHADOW;
    }

    /** Returns the same rows, at another time. */
    Answered at(Instant other) {
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
  record Labels(List<Label> labels, Instant at, long upTo) implements Item {
    @Override
    public int rows() {
      return labels.size();
    }
  }

  /** Work for the monitor's thread, and a mark that it has ended. */
  record Step(Runnable run, CountDownLatch ended) implements Item {
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
  record Mark(CountDownLatch reached) implements Item {
    @Override
    public int rows() {
      return 0;
    }

    @Override
    public void close() {
      reached.countDown();
    }
  }

  HandOff(long capacity) {
    this(capacity, REST);
  }

  HandOff(long capacity, Duration rest) {
    super(capacity, rest.toNanos());
  }
}
