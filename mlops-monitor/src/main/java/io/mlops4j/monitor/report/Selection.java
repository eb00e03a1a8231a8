package io.mlops4j.monitor.report;

import io.mlops4j.monitor.drift.EffectMeasure;
import io.mlops4j.monitor.drift.FeaturePolicy;
import io.mlops4j.monitor.drift.SignificanceTest;

/**
 * How a feature was compared, and why so.
 *
 * @param effect the measure of effect, for example {@code wasserstein/sigma}
 * @param test the test, for example {@code kolmogorov-smirnov}
 * @param reason the type and number of values that suggest them, or that they were chosen for this
 *     feature, in words
 */
public record Selection(String effect, String test, String reason) {
  /** Puts what was chosen for a feature in the place of what its type suggests. */
  Selection replacedBy(FeaturePolicy own) {
    boolean measure = own.effect().isPresent();
    boolean significance = own.test().isPresent();
    return new Selection(
        own.effect().map(EffectMeasure::label).orElse(effect),
        own.test().map(SignificanceTest::label).orElse(test),
        reason(measure, significance) + (own.bound().isPresent() ? "; bound set for it" : ""));
  }

  private String reason(boolean measure, boolean significance) {
    if (measure && significance) {
      return "measure and test chosen for this feature";
    }
    if (measure) {
      return "measure chosen for this feature; test by type: " + reason;
    }
    return significance ? "test chosen for this feature; measure by type: " + reason : reason;
  }

  /**
   * For people.
   *
   * @return effect, test and reason
   */
  @Override
  public String toString() {
    return effect + " with " + test + ": " + reason;
  }
}
