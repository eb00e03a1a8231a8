package io.mlops4j.monitor.live.watch.quality;

import io.mlops4j.internal.Spans;
import io.mlops4j.monitor.distribution.Binomial;
import io.mlops4j.monitor.live.state.StateReader;
import io.mlops4j.monitor.live.state.StateWriter;
import io.mlops4j.monitor.profile.internal.BinaryFrame;
import io.mlops4j.monitor.quality.QualityCheck;
import io.mlops4j.monitor.quality.QualityResult;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * Counts the delays of labels: the times from predictions to their labels. A delay is known up to
 * 1.1 %, because delays share intervals, 32 to each power of two of milliseconds. Memory: 11 kB.
 * Counts of several threads or windows are merged. Not thread safe.
 */
final class LabelDelays {
  private static final BinaryFrame FORM =
      new BinaryFrame("counts of label delays", 0x4d4c5144, 2, 2); // MLQD

  private static final int PER_POWER = 32;

  /** The last interval begins after 139 years. */
  private static final int INTERVALS = 42 * PER_POWER;

  /** Fewer labels are never enough for a judgement. */
  private static final long FEWEST = 50;

  private static final double BOUND = 1.5;

  /** Labels that arrive at once differ by the time of a batch, which is no delay. */
  private static final long SHORTEST_MILLIS = 1_000;

  private final long[] counts = new long[INTERVALS];
  private long labels;

  /**
   * Counts a label.
   *
   * @param delay the time from the prediction to the label; negative counts as 0
   */
  void add(Duration delay) {
    counts[interval(Objects.requireNonNull(delay, "delay"))]++;
    labels++;
  }

  private static int interval(Duration delay) {
    if (delay.isNegative()) {
      return 0;
    }
    double millis = delay.getSeconds() * 1e3 + delay.getNano() / 1e6;
    return (int) Math.min(INTERVALS - 1, Math.floor(PER_POWER * Math.log1p(millis) / Math.log(2)));
  }

  /** The geometric middle of an interval, in milliseconds. */
  private static double middle(int interval) {
    return Math.pow(2, (interval + 0.5) / PER_POWER) - 1;
  }

  /**
   * Adds the labels of other counts.
   *
   * @param other the other counts, unchanged
   * @return these counts
   */
  LabelDelays merge(LabelDelays other) {
    Objects.requireNonNull(other, "other");
    for (int i = 0; i < INTERVALS; i++) {
      counts[i] += other.counts[i];
    }
    labels += other.labels;
    return this;
  }

  /** {@return the number of labels} */
  long labels() {
    return labels;
  }

  /**
   * Returns the delay that a share of the labels does not exceed, up to 1.1 %.
   *
   * @param share from 0 to 1
   * @return zero without labels
   */
  Duration quantile(double share) {
    double wanted = share * labels;
    long below = 0;
    for (int i = 0; i < INTERVALS; i++) {
      below += counts[i];
      if (below > 0 && below >= wanted) {
        return Duration.ofMillis(Math.round(middle(i)));
      }
    }
    return Duration.ZERO;
  }

  /**
   * Compares these labels with the usual ones. They are late if their median delay is at least 1.5
   * times the usual median, and if a sign test against the usual median is significant. A median of
   * less than a second counts as a second.
   *
   * @param usual the delays of labels that arrived as they should
   * @param level the probability of a false alarm of the test, above 0 and below 1
   * @return the result; {@link QualityResult.NotChecked} with fewer than 50 labels on either side
   */
  QualityResult compare(LabelDelays usual, double level) {
    Objects.requireNonNull(usual, "usual");
    if (labels < FEWEST || usual.labels < FEWEST) {
      return new QualityResult.NotChecked(
          QualityCheck.LABEL_DELAY,
          "labels",
          "found %d labels, and %d usual ones, expected at least %d; wait for more labels"
              .formatted(labels, usual.labels, FEWEST));
    }
    double now = Math.max(SHORTEST_MILLIS, quantile(0.5).toMillis());
    double before = Math.max(SHORTEST_MILLIS, usual.quantile(0.5).toMillis());
    double ratio = now / before;
    boolean significant = longer(usual) < level;
    if (ratio < BOUND || !significant) {
      return new QualityResult.Passed(QualityCheck.LABEL_DELAY, "labels", ratio, BOUND);
    }
    return new QualityResult.Failed(
        QualityCheck.LABEL_DELAY,
        "labels",
        ratio,
        BOUND,
        (ratio - 1) / (BOUND - 1),
        "found a median delay of %s in %d labels, usually %s; ratio %.2f, bound %s"
            .formatted(
                Spans.text(quantile(0.5)), labels, Spans.text(usual.quantile(0.5)), ratio, BOUND),
        "look for a stopped or slower source of labels; figures of performance cover older rows");
  }

  /** The probability of so many delays above the usual median, by chance. */
  private double longer(LabelDelays usual) {
    long seen = 0;
    int middle = 0;
    while (seen + usual.counts[middle] < (usual.labels + 1) / 2) {
      seen += usual.counts[middle++];
    }
    double usualShare = 1 - (double) (seen + usual.counts[middle]) / usual.labels;
    long above = 0;
    for (int i = middle + 1; i < INTERVALS; i++) {
      above += counts[i];
    }
    double error = Math.sqrt((usualShare * (1 - usualShare) + 1.0 / usual.labels) / usual.labels);
    return Binomial.atLeast(above, labels, Math.min(1, usualShare + 3 * error));
  }

  /**
   * Stores the counts.
   *
   * @return the bytes, the same for the same counts
   */
  byte[] toBytes() {
    List<Integer> used = IntStream.range(0, INTERVALS).filter(i -> counts[i] > 0).boxed().toList();
    return new StateWriter(FORM).each(used, (out, i) -> out.put(i).put(counts[i])).toBytes();
  }

  /**
   * Reads stored counts.
   *
   * @param bytes the result of {@link #toBytes}
   * @return equal counts
   * @throws io.mlops4j.error.DataException if the bytes are damaged
   */
  static LabelDelays fromBytes(byte[] bytes) {
    Objects.requireNonNull(bytes, "bytes");
    return StateReader.read(
        FORM,
        bytes,
        in -> {
          LabelDelays delays = new LabelDelays();
          in.forEach(
              one -> {
                int interval = one.int32();
                one.check(interval >= 0 && interval < INTERVALS, "found interval " + interval);
                delays.counts[interval] = one.count();
                delays.labels = Math.addExact(delays.labels, delays.counts[interval]);
              });
          return delays;
        });
  }
}
