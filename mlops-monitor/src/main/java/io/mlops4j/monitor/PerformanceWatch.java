package io.mlops4j.monitor;

import io.mlops4j.monitor.performance.Metric;
import io.mlops4j.rollout.Evidence;
import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;
import java.util.Optional;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.apache.commons.statistics.distribution.TDistribution;
import org.jspecify.annotations.Nullable;

/**
 * Compares a version's realised ROC AUC with a stated minimum, or with the best of the earlier
 * versions less a tolerance. An alarm needs a figure below the bound and a difference that is
 * significant at the given level, one-sided.
 *
 * <p>Against a stated minimum, the test uses the sampling error of the newest labels (DeLong).
 * Between two versions that is not enough, because days differ by more than rows drawn at random.
 * So versions are compared block by block. Let {@code a} and {@code s} be the mean and deviation of
 * {@code k} blocks of labels of the earlier version, and {@code b} the mean of the newest {@code m}
 * blocks of the judged version. If both perform equally, {@code t = (a - b) / (s sqrt(1/k + 1/m))}
 * has Student's distribution with {@code k - 1} degrees of freedom. The denominator is at least the
 * judged version's own sampling error.
 */
final class PerformanceWatch {
  /** The loss against an earlier version that is tolerated. */
  private static final double TOLERANCE = 0.05;

  /** Fewer blocks do not show the deviation between blocks well enough. */
  private static final int FEWEST_BLOCKS = 5;

  /** The number of newest blocks that are judged together. */
  private static final int NEWEST_BLOCKS = 5;

  static final String FIGURE = "roc_auc";

  /**
   * A version performs worse than it should.
   *
   * @param relative 1 at the bound, and 1 more for each tolerance below it
   */
  record Shortfall(double relative, Evidence evidence) {
    Finding finding(Subject subject) {
      return new Finding(subject, FIGURE, relative, evidence);
    }
  }

  private final double minimum;

  /**
   * @param minimum the stated minimum, or NaN to compare with earlier versions
   */
  PerformanceWatch(double minimum) {
    this.minimum = minimum;
  }

  Optional<Shortfall> judge(VersionTrack track, Collection<VersionTrack> earlier, double level) {
    return Double.isNaN(minimum)
        ? againstEarlier(track, earlier, level)
        : againstMinimum(track, level);
  }

  private Optional<Shortfall> againstMinimum(VersionTrack track, double level) {
    if (!(track.performance().realised().rocAuc() instanceof Metric.Value now)) {
      return Optional.empty();
    }
    double z = (minimum - now.value()) / now.standardError();
    if (!(z > NormalDistribution.of(0, 1).inverseSurvivalProbability(level))) {
      return Optional.empty();
    }
    return Optional.of(shortfall(now.value(), minimum, "the stated minimum; z = %.1f", z));
  }

  private static Optional<Shortfall> againstEarlier(
      VersionTrack track, Collection<VersionTrack> earlier, double level) {
    double[] blocks = track.blocks();
    double[] standard = best(earlier);
    if (standard == null || blocks.length == 0) {
      return Optional.empty();
    }
    double[] newest =
        Arrays.copyOfRange(blocks, Math.max(0, blocks.length - NEWEST_BLOCKS), blocks.length);
    double now = mean(newest);
    double before = mean(standard);
    double error =
        Math.max(
            deviation(standard) * Math.sqrt(1.0 / standard.length + 1.0 / newest.length),
            samplingError(track));
    double t = (before - now) / error;
    boolean significant =
        t > TDistribution.of(standard.length - 1).inverseSurvivalProbability(level);
    if (!(now < before - TOLERANCE && significant)) {
      return Optional.empty();
    }
    return Optional.of(
        shortfall(
            now,
            before - TOLERANCE,
            "an earlier version reached %.3f, standard deviation %.3f per block; tolerance %.2f, t"
                + " = %.1f",
            before,
            deviation(standard),
            TOLERANCE,
            t));
  }

  private static double samplingError(VersionTrack track) {
    return track.performance().realised().rocAuc() instanceof Metric.Value auc
        ? auc.standardError()
        : Double.POSITIVE_INFINITY;
  }

  private static Shortfall shortfall(double now, double bound, String why, Object... figures) {
    String text = String.format(Locale.ROOT, "ROC AUC %.3f is below %.3f", now, bound);
    String reason = String.format(Locale.ROOT, why, figures);
    return new Shortfall(
        1 + (bound - now) / TOLERANCE,
        new Evidence(FIGURE, now, bound, text + " (" + reason + ")"));
  }

  private static double @Nullable [] best(Collection<VersionTrack> tracks) {
    double[] best = null;
    for (VersionTrack track : tracks) {
      double[] blocks = track.blocks();
      if (blocks.length >= FEWEST_BLOCKS && (best == null || mean(blocks) > mean(best))) {
        best = blocks;
      }
    }
    return best;
  }

  private static double mean(double[] values) {
    return Arrays.stream(values).average().orElse(Double.NaN);
  }

  private static double deviation(double[] values) {
    double mean = mean(values);
    double squares = Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum();
    return Math.sqrt(squares / (values.length - 1));
  }
}
