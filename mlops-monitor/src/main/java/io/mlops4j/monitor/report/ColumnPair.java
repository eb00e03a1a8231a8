package io.mlops4j.monitor.report;

import io.mlops4j.monitor.drift.Comparison;
import io.mlops4j.monitor.drift.DriftPolicy;
import io.mlops4j.monitor.drift.EffectMeasure;
import io.mlops4j.monitor.drift.FeaturePolicy;
import io.mlops4j.monitor.drift.PopulationStability;
import io.mlops4j.monitor.drift.SignificanceTest;
import io.mlops4j.monitor.drift.TestResult;
import io.mlops4j.monitor.profile.ColumnProfile;
import io.mlops4j.rollout.Evidence;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The same column in two profiles with the same bins, and what there is to compare. */
sealed interface ColumnPair permits NumberPair, CategoryPair {
  ColumnProfile reference();

  ColumnProfile current();

  /** The comparison that suits the type of the column and its number of values. */
  Comparison usual(DriftPolicy policy);

  /** What {@link #usual} compares by, and why. */
  Selection usualSelection();

  /** A measure that suits the type of the column; there are rows on both sides. */
  double effect(EffectMeasure measure);

  /** A test that suits the type of the column; there are rows on both sides. */
  TestResult test(SignificanceTest test);

  /** The values that made an effect, the largest part first; there are rows on both sides. */
  List<Movement> movements(String effect);

  /** The usual comparison, or what the policy chooses for the column by name. */
  default Comparison compare(DriftPolicy policy) {
    return new Chosen(this, policy)
        .compare(
            usual(
                isChosen(policy)
                    ? policy
                        .withRankBound(Double.POSITIVE_INFINITY)
                        .withShareBound(Double.POSITIVE_INFINITY)
                    : policy));
  }

  /**
   * Whether the policy names an effect or a bound for the column, which then is all that counts.
   */
  private boolean isChosen(DriftPolicy policy) {
    FeaturePolicy own = policy.feature(reference().name());
    return own.effect().isPresent() || own.bound().isPresent();
  }

  /** What is measured beside {@link #compare}, unless effect or bound were chosen. */
  default List<Beside> besides(DriftPolicy policy) {
    return isChosen(policy) ? List.of() : beside(policy);
  }

  /** What the usual comparison cannot see. */
  List<Beside> beside(DriftPolicy policy);

  /** What {@link #compare} compares by, and why. */
  default Selection selection(DriftPolicy policy) {
    return usualSelection().replacedBy(policy.feature(reference().name()));
  }

  /** What a measurement of {@link #compare} means, with method, bound and error. */
  String describe(Comparison.Measured measured);

  /** Ten bins or fewer, for the stability index: counts of the reference, then of the current. */
  long[][] coarse();

  /** Whether values are missing more or less often, where {@link #compare} does not see that. */
  List<Comparison> compareMissing(DriftPolicy policy);

  /** What a measurement of {@link #compareMissing} means. */
  String describeMissing(Comparison.Measured measured);

  /** The missing values, when {@link #compareMissing} measured them. */
  List<Movement> missingMovements();

  /** The stability index; it informs and does not decide. */
  default List<Evidence> stabilityIndex() {
    long[][] counts = coarse();
    if (Arrays.stream(counts[0]).sum() == 0 || Arrays.stream(counts[1]).sum() == 0) {
      return List.of();
    }
    PopulationStability.Result result =
        PopulationStability.withDefaults().test(counts[0], counts[1]);
    return List.of(
        new Evidence(
            "psi",
            result.statistic(),
            Double.NaN,
            "PSI %s over %d bins of the reference (%s by custom, p %s); it informs, it does not decide"
                .formatted(
                    Figures.of(result.statistic()),
                    result.degreesOfFreedom() + 1,
                    result.band().name().toLowerCase(Locale.ROOT),
                    Figures.pValue(result.pValue()))));
  }
}
