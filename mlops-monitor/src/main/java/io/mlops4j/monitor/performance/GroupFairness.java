package io.mlops4j.monitor.performance;

import java.util.Objects;

/**
 * How differently a binary model decides for two groups of people. Differences are those of the
 * unprivileged group minus those of the privileged one. 0 is parity; below 0 the unprivileged group
 * is worse off if the event is the good outcome. Customary bounds are ±0.1 for differences and 0.8
 * to 1.25 for the ratio.
 *
 * <p>If a rate is undefined for a group (no rows, no events), the metric is a {@link
 * Metric.Undefined} that names the group, never a NaN or an infinity. The groups are independent
 * samples: the standard error of a difference is the root of the sum of both binomial variances,
 * that of the ratio the delta method's on its logarithm. Immutable and thread safe.
 *
 * @param unprivileged the decisions on the group that may be disadvantaged
 * @param privileged the decisions on the group that it is compared with
 */
public record GroupFairness(ConfusionMatrix unprivileged, ConfusionMatrix privileged) {

  /**
   * Compares two groups.
   *
   * @param unprivileged the decisions on the group that may be disadvantaged
   * @param privileged the decisions on the group that it is compared with
   */
  public GroupFairness {
    Objects.requireNonNull(unprivileged, "unprivileged");
    Objects.requireNonNull(privileged, "privileged");
  }

  /**
   * Statistical parity difference, {@code P(predicted | unprivileged) - P(predicted | privileged)}.
   *
   * @return the difference in [-1, 1]
   */
  public Metric statisticalParityDifference() {
    return difference(unprivileged.predictedRate(), privileged.predictedRate());
  }

  /**
   * Disparate impact ratio, {@code P(predicted | unprivileged) / P(predicted | privileged)}; the
   * "four fifths rule" requires at least 0.8. A ratio of 0 has no logarithm and gets the standard
   * error 0.
   *
   * @return the ratio, 0 or more; undefined if nothing was predicted for the privileged group
   */
  public Metric disparateImpactRatio() {
    Metric above = unprivileged.predictedRate();
    Metric below = privileged.predictedRate();
    if (!(above instanceof Metric.Value u) || !(below instanceof Metric.Value p)) {
      return difference(above, below);
    }
    if (p.value() == 0) {
      return new Metric.Undefined("privileged: no row was predicted positive");
    }
    double ratio = u.value() / p.value();
    double relative =
        u.value() == 0
            ? 0
            : Math.hypot(u.standardError() / u.value(), p.standardError() / p.value());
    return new Metric.Value(ratio, ratio * relative);
  }

  /**
   * Equal opportunity difference, the difference of the recalls (true positive rates).
   *
   * @return the difference in [-1, 1]; undefined if a group has no event
   */
  public Metric equalOpportunityDifference() {
    return difference(unprivileged.recall(), privileged.recall());
  }

  /**
   * Average odds difference, the mean of the differences of the true and of the false positive
   * rates.
   *
   * @return the difference in [-1, 1]; undefined if a group has no event or only events
   */
  public Metric averageOddsDifference() {
    Metric hits = equalOpportunityDifference();
    Metric alarms = difference(unprivileged.falsePositiveRate(), privileged.falsePositiveRate());
    if (hits instanceof Metric.Value h && alarms instanceof Metric.Value a) {
      return new Metric.Value(
          (h.value() + a.value()) / 2, Math.hypot(h.standardError(), a.standardError()) / 2);
    }
    return hits instanceof Metric.Undefined ? hits : alarms;
  }

  private static Metric difference(Metric unprivileged, Metric privileged) {
    return Averages.difference("unprivileged", unprivileged, "privileged", privileged);
  }
}
