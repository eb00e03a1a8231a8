package io.mlops4j.monitor;

import io.mlops4j.inference.ServedBy;
import io.mlops4j.monitor.performance.BinaryPerformance;
import io.mlops4j.monitor.performance.Performance;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What one version answered, and the newest of its scores whose label came, in a ring.
 *
 * <p>Written by the monitor's thread, read by any.
 */
final class VersionTrack {
  private final ServedBy servedBy;
  private final boolean shadow;
  private final int capacity;
  private double[] scores = new double[16];
  private double[] labels = new double[16];
  private long rows;
  private long labelled;
  private int sinceJudged;
  private Instant judged;
  private boolean alarmed;

  VersionTrack(ServedBy servedBy, boolean shadow, int capacity, Instant since) {
    this.servedBy = servedBy;
    this.shadow = shadow;
    this.capacity = capacity;
    this.judged = since;
  }

  ServedBy servedBy() {
    return servedBy;
  }

  /**
   * Whether its answers were only compared; such a version raises no alarm and sets no standard.
   */
  boolean shadow() {
    return shadow;
  }

  synchronized void predicted(int more) {
    rows += more;
  }

  synchronized void labelled(double score, double label) {
    int at = (int) (labelled % capacity);
    if (at >= scores.length) {
      int grown = (int) Math.min(capacity, 2L * scores.length);
      scores = Arrays.copyOf(scores, grown);
      labels = Arrays.copyOf(labels, grown);
    }
    scores[at] = score;
    labels[at] = label;
    labelled++;
    sinceJudged++;
  }

  /** The time since the version was judged last, once so many labels have come since; else null. */
  synchronized @Nullable Duration due(int everyLabels, Instant now) {
    if (sinceJudged < everyLabels) {
      return null;
    }
    Duration since = Duration.between(judged, now);
    sinceJudged = 0;
    judged = now;
    return since;
  }

  /** True once: a version is named in one alarm about its performance, not in one a window. */
  synchronized boolean alarmOnce() {
    boolean first = !alarmed;
    alarmed = true;
    return first;
  }

  synchronized boolean alarmed() {
    return alarmed;
  }

  synchronized Performance performance() {
    int kept = (int) Math.min(labelled, capacity);
    return new Performance(
        rows,
        labelled,
        BinaryPerformance.of(Arrays.copyOf(labels, kept), Arrays.copyOf(scores, kept)));
  }
}
