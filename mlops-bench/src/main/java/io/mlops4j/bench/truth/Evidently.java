package io.mlops4j.bench.truth;

import io.mlops4j.monitor.stats.CountDistance;
import io.mlops4j.monitor.stats.KolmogorovSmirnov;
import io.mlops4j.monitor.stats.Wasserstein;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.apache.commons.statistics.distribution.ChiSquaredDistribution;
import org.apache.commons.statistics.distribution.NormalDistribution;

/**
 * What Evidently does by default ({@code calculations.stattests.registry} and what it chooses, read
 * in its sources), written anew: up to 1000 rows of reference a test at 0.05, above a distance at
 * 0.1; each column for itself.
 */
final class Evidently {
  private static final int SMALL = 1000;
  private static final double LEVEL = 0.05;
  private static final double DISTANCE = 0.1;

  /** Its guard against constant columns. */
  private static final double LEAST_DEVIATION = 0.001;

  private static final NormalDistribution NORMAL = NormalDistribution.of(0, 1);

  /** From bits to the natural logarithm. */
  private static final double NATURAL = Math.sqrt(Math.log(2));

  private Evidently() {}

  /** For more than five distinct numbers. */
  static boolean numbers(double[] reference, double[] current) {
    if (reference.length <= SMALL) {
      return KolmogorovSmirnov.withDefaults().test(reference, current).pValue() < LEVEL;
    }
    double deviation = Math.max(deviation(reference), LEAST_DEVIATION);
    return Wasserstein.withDefaults().statistic(reference, current) / deviation >= DISTANCE;
  }

  private static double deviation(double[] values) {
    double mean = Arrays.stream(values).average().orElse(0);
    return Math.sqrt(Arrays.stream(values).map(x -> (x - mean) * (x - mean)).average().orElse(0));
  }

  static boolean categories(long[] reference, long[] current) {
    if (rows(reference) > SMALL) {
      return NATURAL * CountDistance.JENSEN_SHANNON.between(reference, current) >= DISTANCE;
    }
    return (distinct(reference, current) > 2
            ? goodnessOfFit(reference, current)
            : z(reference, current))
        < LEVEL;
  }

  private static int distinct(long[] reference, long[] current) {
    return (int)
        IntStream.range(0, reference.length).filter(k -> reference[k] + current[k] > 0).count();
  }

  /** The p-value; the reference, scaled, is taken for the truth. */
  static double goodnessOfFit(long[] reference, long[] current) {
    double scale = (double) rows(current) / rows(reference);
    double statistic = 0;
    for (int k = 0; k < reference.length; k++) {
      if (reference[k] + current[k] > 0) {
        double expected = reference[k] * scale;
        statistic += (current[k] - expected) * (current[k] - expected) / expected;
      }
    }
    int distinct = distinct(reference, current);
    if (distinct < 2) {
      return 1;
    }
    return Double.isInfinite(statistic) // a category that the reference lacks
        ? 0
        : ChiSquaredDistribution.of(distinct - 1).survivalProbability(statistic);
  }

  private static double z(long[] reference, long[] current) {
    double n = rows(reference);
    double m = rows(current);
    double p = reference[0] / n;
    double q = current[0] / m;
    double pooled = (reference[0] + current[0]) / (n + m);
    double error = Math.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m));
    return error == 0 ? 1 : 2 * NORMAL.survivalProbability(Math.abs(p - q) / error);
  }

  private static long rows(long[] counts) {
    return Arrays.stream(counts).sum();
  }
}
