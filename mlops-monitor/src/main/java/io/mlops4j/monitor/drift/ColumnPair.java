package io.mlops4j.monitor.drift;

import io.mlops4j.monitor.internal.Figures;
import io.mlops4j.monitor.profile.ColumnProfile;
import io.mlops4j.monitor.stats.PopulationStability;
import io.mlops4j.monitor.stats.TestResult;
import io.mlops4j.rollout.Evidence;
import java.util.List;

/** The same column in two profiles with the same bins, and the ways to compare it. */
sealed interface ColumnPair permits NumberPair, CategoryPair {
  ColumnProfile reference();

  ColumnProfile current();

  /** Compares by the type of the column and its number of values. */
  Comparison compareByType(ColumnMeasurer measurer);

  /** The method of {@link #compareByType}, and the reason for it. */
  ComparisonMethod methodByType();

  /** Measures the effect; the measure suits the type and there are rows on both sides. */
  double effect(EffectMeasure measure);

  /** Tests the difference; the test suits the type and there are rows on both sides. */
  TestResult test(SignificanceTest test);

  /** The values behind an effect, the largest part first; there are rows on both sides. */
  List<Movement> movements(String effect);

  /** Comparisons of changes that {@link #compareByType} cannot see. */
  List<SecondaryComparison> compareSecondary(ColumnMeasurer measurer);

  /** Describes a measurement, with method, bound and error. */
  String describe(Comparison.Measured measured);

  /** Counts in ten bins or fewer for the stability index: of the reference, then of the current. */
  long[][] coarse();

  /** Compares the shares of missing values, if the main comparison does not include them. */
  List<Comparison> compareMissing(ColumnMeasurer measurer);

  /** Describes a measurement of {@link #compareMissing}. */
  String describeMissing(Comparison.Measured measured);

  /** The missing values, if {@link #compareMissing} measured them. */
  List<Movement> missingMovements();

  /** The stability index, which informs and decides nothing. */
  default List<Evidence> stabilityIndex() {
    long[][] counts = coarse();
    if (CategoryCounts.sum(counts[0]) == 0 || CategoryCounts.sum(counts[1]) == 0) {
      return List.of();
    }
    TestResult result = PopulationStability.withDefaults().test(counts[0], counts[1]);
    return List.of(
        new Evidence(
            "psi",
            result.statistic(),
            Double.NaN,
            "PSI %s over %d bins of the reference (%s by custom, p %s); it informs, it does not decide"
                .formatted(
                    Figures.of(result.statistic()),
                    (int) result.degreesOfFreedom() + 1,
                    PopulationStability.band(result.statistic()),
                    Figures.pValue(result.pValue()))));
  }
}
