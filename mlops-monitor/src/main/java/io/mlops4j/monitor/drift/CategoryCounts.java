package io.mlops4j.monitor.drift;

import io.mlops4j.monitor.stats.CountDistance;
import io.mlops4j.monitor.stats.PopulationStability;
import io.mlops4j.monitor.stats.TestResult;
import java.util.Arrays;

/**
 * Compares counts of many categories so that random variation alone does not count as an effect.
 *
 * <p>Two samples of the same long tail never share all of its categories. Categories unseen in the
 * reference would look like new ones. Therefore they share a bin with the categories that are rare
 * in both samples together. With few rows per category, the plain Jensen-Shannon distance is large
 * without any drift. Over k equal shares, with n and m the rows, its square has the expectation
 * {@code (k - 1) (1/n + 1/m) / (8 ln 2)}, which is subtracted before the root is taken (the
 * correction of Miller and Madow for entropies, applied to each of the three).
 */
final class CategoryCounts {
  /** The smallest expected count of a category with its own bin, as for the chi-square. */
  private static final double EXPECTED = 5;

  private CategoryCounts() {}

  /**
   * Uses the category that moved most as the effect, if the corrected distance is below its bound.
   */
  static Comparison compare(ColumnMeasurer measurer, long[] reference, long[] current) {
    Comparison comparison = measurer.category(reference, current);
    if (!(comparison instanceof Comparison.Measured measured) || !isDistance(measured)) {
      return comparison;
    }
    Comparison.Measured corrected = corrected(measured, reference, current);
    return !corrected.matters()
            && measured.matters()
            && measurer.withoutCategoryDistance().category(reference, current)
                instanceof Comparison.Measured one
            && !isDistance(one)
        ? one
        : corrected;
  }

  private static boolean isDistance(Comparison.Measured measured) {
    return measured.effect().equals(EffectMeasure.JENSEN_SHANNON.label());
  }

  /** Subtracts the part that random variation explains from a distance of categories. */
  static Comparison.Measured corrected(
      Comparison.Measured measured, long[] reference, long[] current) {
    return measured.withSize(corrected(measured.size(), reference, current));
  }

  private static double corrected(double distance, long[] reference, long[] current) {
    return Math.sqrt(Math.max(0, distance * distance - chance(reference, current)));
  }

  /** Measures an effect that needs no order. */
  static double effect(EffectMeasure measure, long[] reference, long[] current) {
    return switch (measure) {
      case JENSEN_SHANNON ->
          corrected(CountDistance.JENSEN_SHANNON.between(reference, current), reference, current);
      case HELLINGER -> CountDistance.HELLINGER.between(reference, current);
      case TOTAL_VARIATION -> CountDistance.TOTAL_VARIATION.between(reference, current);
      case POPULATION_STABILITY -> PopulationStability.withDefaults().statistic(reference, current);
      case WASSERSTEIN, KOLMOGOROV_SMIRNOV, NORMAL_SCORES ->
          throw new IllegalArgumentException(measure.label() + " needs numbers");
    };
  }

  /** Tests homogeneity by chi-square with rare categories pooled. */
  static TestResult test(long[] reference, long[] current) {
    return ColumnMeasurer.CHI_SQUARE.test(reference, current);
  }

  /** The expected divergence, in bits, of equal shares. */
  private static double chance(long[] reference, long[] current) {
    return (used(reference, current) - 1)
        * (1.0 / sum(reference) + 1.0 / sum(current))
        / (8 * Math.log(2));
  }

  /** Counts the categories that either side has. */
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
   * @param reference counts; the last one is the rest
   * @param current counts of the same categories in the other sample
   * @return both with the same length; rare categories have the count 0
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
