package io.mlops4j.monitor.report;

import io.mlops4j.monitor.drift.Comparison;
import io.mlops4j.monitor.drift.DriftPolicy;
import io.mlops4j.monitor.drift.EffectMeasure;
import io.mlops4j.monitor.drift.FeaturePolicy;
import io.mlops4j.monitor.drift.SignificanceTest;
import io.mlops4j.monitor.drift.TestResult;

/** Compares a pair of columns with what a policy chooses for it by name. */
final class Chosen {
  private final ColumnPair pair;
  private final FeaturePolicy own;

  Chosen(ColumnPair pair, DriftPolicy policy) {
    this.pair = pair;
    this.own = policy.feature(pair.reference().name());
    own.effect().ifPresent(this::checkSuits);
    own.test().ifPresent(this::checkSuits);
  }

  private void checkSuits(EffectMeasure measure) {
    checkSuits(measure.label(), measure.needsNumbers());
  }

  private void checkSuits(SignificanceTest test) {
    checkSuits(test.label(), test.needsNumbers());
  }

  private void checkSuits(String label, boolean needsNumbers) {
    if (needsNumbers && pair instanceof CategoryPair) {
      throw new IllegalArgumentException(
          "policy: found %s for \"%s\", which holds categories, expected a measure or test that needs no order"
              .formatted(label, pair.reference().name()));
    }
  }

  /** Puts effect, bound and test in the place of the usual ones. */
  Comparison compare(Comparison usual) {
    return usual instanceof Comparison.Measured measured ? effect(test(measured)) : usual;
  }

  private Comparison.Measured test(Comparison.Measured usual) {
    if (own.test().isEmpty()) {
      return usual;
    }
    SignificanceTest test = own.test().orElseThrow();
    TestResult result = pair.test(test);
    return new Comparison.Measured(
        usual.effect(),
        usual.size(),
        usual.bound(),
        test.label(),
        result.statistic(),
        result.pValue());
  }

  private Comparison.Measured effect(Comparison.Measured usual) {
    double size = own.effect().map(pair::effect).orElse(usual.size());
    double bound = own.effect().map(EffectMeasure::defaultBound).orElse(usual.bound());
    return new Comparison.Measured(
        own.effect().map(EffectMeasure::label).orElse(usual.effect()),
        size,
        own.bound().orElse(bound),
        usual.test(),
        usual.statistic(),
        usual.pValue());
  }
}
