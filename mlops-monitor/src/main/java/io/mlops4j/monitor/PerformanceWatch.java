package io.mlops4j.monitor;

import io.mlops4j.monitor.performance.Metric;
import io.mlops4j.rollout.Evidence;
import java.util.Collection;
import java.util.Locale;
import java.util.Optional;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.jspecify.annotations.Nullable;

/**
 * Holds a version's realised ROC AUC against a stated minimum, or against the best that earlier
 * versions realised less a tolerance. An alarm needs both: a figure below the bound, and a
 * difference that chance explains at most at the given level (one-sided z on DeLong's errors).
 */
final class PerformanceWatch {
  /** What an earlier version may have been better by before anybody minds. */
  private static final double TOLERANCE = 0.05;

  private static final NormalDistribution NORMAL = NormalDistribution.of(0, 1);

  private final double minimum;

  /**
   * @param minimum the stated minimum; NaN to compare with earlier versions
   */
  PerformanceWatch(double minimum) {
    this.minimum = minimum;
  }

  Optional<Evidence> judge(VersionTrack track, Collection<VersionTrack> earlier, double level) {
    if (!(auc(track) instanceof Metric.Value now)) {
      return Optional.empty();
    }
    Metric.Value standard = Double.isNaN(minimum) ? best(earlier) : new Metric.Value(minimum, 0);
    if (standard == null) {
      return Optional.empty();
    }
    double bound = Double.isNaN(minimum) ? standard.value() - TOLERANCE : minimum;
    double z =
        (standard.value() - now.value())
            / Math.hypot(now.standardError(), standard.standardError());
    boolean significant = z > NORMAL.inverseSurvivalProbability(level);
    if (!(now.value() < bound && significant)) {
      return Optional.empty();
    }
    String text =
        String.format(
            Locale.ROOT,
            "ROC AUC %.3f is below %.3f (%s; z = %.1f)",
            now.value(),
            bound,
            Double.isNaN(minimum)
                ? String.format(
                    Locale.ROOT,
                    "an earlier version reached %.3f, tolerance %.2f",
                    standard.value(),
                    TOLERANCE)
                : "the stated minimum",
            z);
    return Optional.of(new Evidence("roc_auc", now.value(), bound, text));
  }

  private static Metric auc(VersionTrack track) {
    return track.performance().realised().rocAuc();
  }

  private static Metric.@Nullable Value best(Collection<VersionTrack> tracks) {
    Metric.Value best = null;
    for (VersionTrack track : tracks) {
      if (auc(track) instanceof Metric.Value value
          && (best == null || value.value() > best.value())) {
        best = value;
      }
    }
    return best;
  }
}
