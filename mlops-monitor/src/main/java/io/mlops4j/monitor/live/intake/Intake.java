package io.mlops4j.monitor.live.intake;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.InferenceEvent;
import io.mlops4j.inference.PredictionId;
import io.mlops4j.monitor.live.rows.CallSampling;
import io.mlops4j.monitor.live.rows.Handed;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/** Hands the rows of calls over to the monitor's thread. Never waits. Thread safe. */
public final class Intake {
  /** Calls with more rows are not worth a copy. */
  private static final int SMALL = 256;

  private final boolean withIds;
  private final Clock clock;
  private final HandOff handOff;
  private final CallSampling sampling;
  private final LongAdder dropped = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private final LongAdder empty = new LongAdder();

  /**
   * @param withIds whether labels are joined by prediction id
   */
  public Intake(boolean withIds, Clock clock, HandOff handOff, CallSampling sampling) {
    this.withIds = withIds;
    this.clock = clock;
    this.handOff = handOff;
    this.sampling = sampling;
  }

  /**
   * Whether the rows of a call are wanted; if not, and they would be counted, they are left out.
   */
  public boolean takes(InferenceEvent.Route route, long call, int rows) {
    return route != InferenceEvent.Route.FALLBACK && sampling.takes(call, rows);
  }

  public void handOver(InferenceEvent event) {
    if (event.route() == InferenceEvent.Route.FALLBACK) {
      return; // not an answer of the version that should have answered
    }
    if (event.error() != null) {
      failed.increment();
      return;
    }
    if (event.rows() == 0) {
      empty.increment();
      return;
    }
    if (!sampling.takesAll() && !sampling.takes(event.id(0).call(), event.rows())) {
      return; // before the rows are read
    }
    FeatureBatch features = event.features();
    FeatureBatch outputs = event.outputs();
    if (features == null || outputs == null) {
      dropped.add(event.rows());
      return;
    }
    if (!withIds && event.rows() <= SMALL) {
      long at = clock.millis();
      HandOff.Added added = handOff.add(event, features, outputs, at);
      if (added == HandOff.Added.FULL) {
        dropped.add(event.rows());
      }
      if (added != HandOff.Added.NOT_IN_A_BLOCK) {
        return;
      }
    }
    Handed.Answered answered = retain(event, features, outputs);
    if (!handOff.offer(answered)) {
      answered.close();
      dropped.add(event.rows());
    }
  }

  private Handed.Answered retain(
      InferenceEvent event, FeatureBatch features, FeatureBatch outputs) {
    List<PredictionId> ids = withIds ? ids(event) : null;
    Instant at = clock.instant(); // a clock that throws must not leave rows retained
    FeatureBatch keptFeatures = features.retain();
    try {
      return new Handed.Answered(
          event.servedBy(), event.route(), keptFeatures, outputs.retain(), ids, at);
    } catch (RuntimeException | Error e) {
      keptFeatures.close();
      throw e;
    }
  }

  private static List<PredictionId> ids(InferenceEvent event) {
    List<PredictionId> ids = new ArrayList<>(event.rows());
    for (int row = 0; row < event.rows(); row++) {
      ids.add(event.id(row));
    }
    return ids;
  }

  /** Notes that {@link #handOver} failed. */
  public void lost(InferenceEvent event) {
    dropped.add(event.rows());
  }

  /** Rows that were left out because the hand-off was full or closed, or failed. */
  public long dropped() {
    return dropped.sum();
  }

  public long failedCalls() {
    return failed.sum();
  }

  public long emptyCalls() {
    return empty.sum();
  }
}
