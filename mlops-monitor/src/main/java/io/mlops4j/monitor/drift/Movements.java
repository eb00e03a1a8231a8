package io.mlops4j.monitor.drift;

import io.mlops4j.monitor.stats.PopulationStability;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** Splits an effect into the parts of the values that caused it. */
final class Movements {
  private Movements() {}

  /**
   * The values that moved, the largest part of the effect first.
   *
   * @param names of the values
   * @param before rows of each value in the reference, at least one in all
   * @param after rows of each value in the current rows, likewise
   * @param parts of the effect in any unit, 0 or more
   */
  static List<Movement> ranked(List<String> names, long[] before, long[] after, double[] parts) {
    double n = CategoryCounts.sum(before);
    double m = CategoryCounts.sum(after);
    double whole = Arrays.stream(parts).sum();
    List<Movement> movements = new ArrayList<>();
    for (int i = 0; i < parts.length; i++) {
      if (parts[i] > 0) {
        movements.add(new Movement(names.get(i), before[i] / n, after[i] / m, parts[i] / whole));
      }
    }
    movements.sort(Comparator.comparingDouble(Movement::contribution).reversed());
    return List.copyOf(movements);
  }

  /** The part of each value, for an effect that is a sum over values. */
  static double[] parts(String effect, long[] before, long[] after) {
    double n = CategoryCounts.sum(before);
    double m = CategoryCounts.sum(after);
    double[] parts = new double[before.length];
    Arrays.setAll(parts, i -> part(effect, before[i] / n, after[i] / m));
    return parts;
  }

  private static double part(String effect, double p, double q) {
    if (p == q) {
      return 0;
    }
    if (effect.equals(EffectMeasure.JENSEN_SHANNON.label())) {
      // rounding can leave -1e-20 for shares that hardly differ
      return Math.max(0, entropy(p, q) + entropy(q, p));
    }
    if (effect.equals(EffectMeasure.POPULATION_STABILITY.label())) {
      double before = Math.max(p, PopulationStability.DEFAULT_FLOOR);
      double after = Math.max(q, PopulationStability.DEFAULT_FLOOR);
      return (after - before) * Math.log(after / before);
    }
    if (effect.equals(EffectMeasure.HELLINGER.label())) {
      double difference = Math.sqrt(p) - Math.sqrt(q);
      return difference * difference;
    }
    return Math.abs(q - p);
  }

  private static double entropy(double p, double q) {
    return p == 0 ? 0 : p * Math.log(2 * p / (p + q));
  }

  /**
   * The part of each bin of numbers in the Wasserstein distance; see {@link Movement}.
   *
   * @param positions the position of the rows of each bin, ascending
   */
  static double[] ways(long[] before, long[] after, double[] positions) {
    double n = CategoryCounts.sum(before);
    double m = CategoryCounts.sum(after);
    double[] left = new double[before.length];
    Arrays.setAll(left, bin -> after[bin] / m - before[bin] / n);
    double[] ways = new double[before.length];
    int from = next(left, 0, -1);
    int to = next(left, 0, 1);
    while (from < left.length && to < left.length) {
      double carried = Math.min(-left[from], left[to]);
      double way = carried * Math.abs(positions[to] - positions[from]) / 2;
      ways[from] += way;
      ways[to] += way;
      left[from] += carried; // exactly 0 for the smaller of both
      left[to] -= carried;
      from = next(left, from, -1);
      to = next(left, to, 1);
    }
    return ways;
  }

  /** The next bin that has less (-1) or more (1) than in the reference. */
  private static int next(double[] left, int bin, int sign) {
    int next = bin;
    while (next < left.length && left[next] * sign <= 0) {
      next++;
    }
    return next;
  }
}
