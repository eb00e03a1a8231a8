package io.mlops4j.monitor;

import io.mlops4j.inference.ServedBy;
import io.mlops4j.monitor.performance.BinaryPerformance;
import io.mlops4j.monitor.performance.Metric;
import io.mlops4j.monitor.performance.Performance;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * The number of rows of one version, and a ring of its newest labelled scores.
 *
 * <p>Written by the monitor's thread, read by any thread.
 */
final class VersionTrack {
  private static final int MOST_BLOCKS = 1_000;

  private final ServedBy servedBy;
  private final boolean shadow;
  private final int capacity;
  private double[] scores = new double[16];
  private double[] labels = new double[16];
  private long rows;
  private long labelled;
  private int sinceJudged;
  private Instant judged;
  private final Deque<Double> blocks = new ArrayDeque<>();

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
   * Whether the version is a shadow. A shadow raises no alarm, and no version is compared with it.
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

  /**
   * Returns the time since the last judgement if at least this number of labels has arrived since,
   * else null.
   */
  synchronized @Nullable Duration due(int everyLabels, Instant now) {
    if (sinceJudged < everyLabels) {
      return null;
    }
    Duration since = Duration.between(judged, now);
    if (newest(sinceJudged).rocAuc() instanceof Metric.Value auc) {
      blocks.add(auc.value());
      if (blocks.size() > MOST_BLOCKS) {
        blocks.remove();
      }
    }
    sinceJudged = 0;
    judged = now;
    return since;
  }

  /** Returns the realised ROC AUC of each block of labels between two judgements, oldest first. */
  synchronized double[] blocks() {
    return blocks.stream().mapToDouble(Double::doubleValue).toArray();
  }

  private BinaryPerformance newest(int count) {
    int kept = (int) Math.min(Math.min(labelled, capacity), count);
    double[] newestLabels = new double[kept];
    double[] newestScores = new double[kept];
    for (int i = 0; i < kept; i++) {
      int at = (int) ((labelled - kept + i) % capacity);
      newestLabels[i] = labels[at];
      newestScores[i] = scores[at];
    }
    return BinaryPerformance.of(newestLabels, newestScores);
  }

  synchronized Performance performance() {
    return new Performance(rows, labelled, newest(capacity));
  }
}
