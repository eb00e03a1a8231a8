package io.mlops4j.monitor.drift;

/**
 * How a feature was compared, and why.
 *
 * @param effect the measure of effect, for example {@code wasserstein/sigma}
 * @param test the test, for example {@code kolmogorov-smirnov}
 * @param reason in words, the type and number of values that decided, or a statement that the
 *     policy chose effect and test for this feature
 */
public record ComparisonMethod(String effect, String test, String reason) {
  /** Replaces the choice by type by the policy's choice for the feature. */
  ComparisonMethod replacedBy(FeaturePolicy own) {
    boolean measure = own.effect().isPresent();
    boolean significance = own.test().isPresent();
    return new ComparisonMethod(
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
   * Describes the method in one line.
   *
   * @return effect, test and reason
   */
  @Override
  public String toString() {
    return effect + " with " + test + ": " + reason;
  }
}
