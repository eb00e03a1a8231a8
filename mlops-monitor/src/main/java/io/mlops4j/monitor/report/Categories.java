package io.mlops4j.monitor.report;

import io.mlops4j.monitor.drift.ChiSquare;
import io.mlops4j.monitor.drift.Comparison;
import io.mlops4j.monitor.drift.DriftPolicy;
import io.mlops4j.monitor.drift.EffectMeasure;
import io.mlops4j.monitor.drift.Hellinger;
import io.mlops4j.monitor.drift.JensenShannon;
import io.mlops4j.monitor.drift.PopulationStability;
import io.mlops4j.monitor.drift.TestResult;
import io.mlops4j.monitor.drift.TotalVariation;
import java.util.Arrays;

/**
 * Compares counts of many categories so that chance alone is no effect.
 *
 * <p>Two samples of the same long tail never share all of its categories. Those unseen in the
 * reference would look like one that came up from nothing, so they share a bin with the categories
 * that are rare in both samples together. And with few rows a category the plain Jensen-Shannon
 * distance is large without any drift: its square has the expectation {@code (k - 1) (1/n + 1/m) /
 * (8 ln 2)} over k equal shares, n and m the rows, which is taken off before the root (the
 * correction of Miller and Madow for entropies, applied to each of the three).
 */
final class Categories {
  /** The least expected count of a category on its own, as for the chi-square. */
  private static final double EXPECTED = 5;

  private Categories() {}

  /** By one category that stands out where the corrected distance does not matter. */
  static Comparison compare(DriftPolicy policy, long[] reference, long[] current) {
    Comparison comparison = policy.category(reference, current);
    if (!(comparison instanceof Comparison.Measured measured) || !isDistance(measured)) {
      return comparison;
    }
    Comparison.Measured corrected = corrected(measured, reference, current);
    return !corrected.matters()
            && measured.matters()
            && policy.withCategoryBound(Double.POSITIVE_INFINITY).category(reference, current)
                instanceof Comparison.Measured one
            && !isDistance(one)
        ? one
        : corrected;
  }

  private static boolean isDistance(Comparison.Measured measured) {
    return measured.effect().equals(EffectMeasure.JENSEN_SHANNON.label());
  }

  /** Of a distance of categories, less what chance gives. */
  static Comparison.Measured corrected(
      Comparison.Measured measured, long[] reference, long[] current) {
    return new Comparison.Measured(
        measured.effect(),
        corrected(measured.size(), reference, current),
        measured.bound(),
        measured.test(),
        measured.statistic(),
        measured.pValue());
  }

  private static double corrected(double distance, long[] reference, long[] current) {
    return Math.sqrt(Math.max(0, distance * distance - chance(reference, current)));
  }

  /** A measure that needs no order. */
  static double effect(EffectMeasure measure, long[] reference, long[] current) {
    return switch (measure) {
      case JENSEN_SHANNON ->
          corrected(JensenShannon.withDefaults().statistic(reference, current), reference, current);
      case HELLINGER -> Hellinger.withDefaults().statistic(reference, current);
      case TOTAL_VARIATION -> TotalVariation.withDefaults().statistic(reference, current);
      case POPULATION_STABILITY -> PopulationStability.withDefaults().statistic(reference, current);
      case WASSERSTEIN, KOLMOGOROV_SMIRNOV ->
          throw new IllegalArgumentException(measure.label() + " needs numbers");
    };
  }

  /** The chi-square of homogeneity, rare categories pooled. */
  static TestResult test(long[] reference, long[] current) {
    return ChiSquare.withDefaults().withYates(false).withPooling(true).test(reference, current);
  }

  /** The divergence in bits that equal shares are expected to show. */
  private static double chance(long[] reference, long[] current) {
    return (used(reference, current) - 1)
        * (1.0 / sum(reference) + 1.0 / sum(current))
        / (8 * Math.log(2));
  }

  /** How many categories either side has. */
  static int used(long[]... sides) {
    int used = 0;
    for (int bin = 0; bin < sides[0].length; bin++) {
      used += sides[0][bin] + sides[1][bin] > 0 ? 1 : 0;
    }
    return used;
  }

  /**
   * Moves the counts of rare categories to the rest.
   *
   * @param reference counts of which the last is the rest
   * @param current the same of the other side
   * @return both with the same length, rare ones 0
   */
  static long[][] pooled(long[] reference, long[] current) {
    double n = sum(reference);
    double m = sum(current);
    double least = EXPECTED * (n + m) / Math.min(n, m);
    long[][] pooled = {reference.clone(), current.clone()};
    int rest = reference.length - 1;
    for (int bin = 0; bin < rest; bin++) {
      if (reference[bin] + current[bin] < least) {
        for (long[] counts : pooled) {
          counts[rest] += counts[bin];
          counts[bin] = 0;
        }
      }
    }
    return pooled;
  }

  static long sum(long[] counts) {
    return Arrays.stream(counts).sum();
  }
}
