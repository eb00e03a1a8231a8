package io.mlops4j.monitor.drift;

import io.mlops4j.monitor.stats.TestResult;
import java.util.List;

/**
 * Compares one pair of columns by a policy: by type, unless the policy has settings of its own for
 * the column.
 */
final class PolicyComparison {
  private final ColumnPair pair;
  private final FeaturePolicy own;
  private final ColumnMeasurer measurer;

  PolicyComparison(ColumnPair pair, DriftPolicy policy) {
    this.pair = pair;
    DriftPolicy its = policy.of(pair.reference().role());
    this.own = its.feature(pair.reference().name());
    this.measurer = new ColumnMeasurer(its).times(own.boundFactor());
    own.effect().ifPresent(effect -> checkSuits(effect.label(), effect.needsNumbers()));
    own.test().ifPresent(test -> checkSuits(test.label(), test.needsNumbers()));
  }

  private void checkSuits(String label, boolean needsNumbers) {
    if (needsNumbers && pair instanceof CategoryPair) {
      throw new IllegalArgumentException(
          "policy: found %s for \"%s\", which holds categories, expected a measure or test that needs no order"
              .formatted(label, pair.reference().name()));
    }
  }

  /** Whether the column has its own effect or bound. If so, only that decides. */
  private boolean hasOwnEffect() {
    return own.effect().isPresent() || own.bound().isPresent();
  }

  Comparison main() {
    Comparison byType = pair.compareByType(hasOwnEffect() ? measurer.withoutFallbacks() : measurer);
    return byType instanceof Comparison.Measured measured ? withOwn(measured) : byType;
  }

  private Comparison.Measured withOwn(Comparison.Measured byType) {
    TestResult result = own.test().map(pair::test).orElse(null);
    double its = own.bound().orElse(own.effect().map(EffectMeasure::defaultBound).orElse(0.0));
    return new Comparison.Measured(
        own.effect().map(EffectMeasure::label).orElse(byType.effect()),
        own.effect().map(pair::effect).orElse(byType.size()),
        its > 0 ? its * own.boundFactor() : byType.bound(),
        own.test().map(SignificanceTest::label).orElse(byType.test()),
        result == null ? byType.statistic() : result.statistic(),
        result == null ? byType.pValue() : result.pValue());
  }

  List<Comparison> missing() {
    return pair.compareMissing(measurer);
  }

  List<SecondaryComparison> secondary() {
    return hasOwnEffect() ? List.of() : pair.compareSecondary(measurer);
  }

  ComparisonMethod method() {
    return pair.methodByType().replacedBy(own);
  }
}
