package io.mlops4j.monitor.stats.multivariate;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Deals pooled rows anew to two samples of the same sizes, which is all that chance does when both
 * come from one distribution. The p-value {@code (1 + #{T* >= T}) / (1 + B)} counts the rows as
 * they came among the permutations and is never 0.
 */
final class Permutations {
  /** As rounded sums differ by the order of their terms, equal statistics do. */
  private static final double ROUNDING = 1e-12;

  private final int count;
  private final long seed;

  Permutations(int count, long seed) {
    if (count < 1) {
      throw new IllegalArgumentException(
          "count = " + count + ": at least one permutation is needed for a p-value");
    }
    this.count = count;
    this.seed = seed;
  }

  long seed() {
    return seed;
  }

  /** The statistics of the permutations; the function gets an order that it must not keep. */
  double[] statistics(int rows, ToDoubleFunction<int[]> ofOrder) {
    SplittableRandom random = new SplittableRandom(seed);
    int[] order = IntStream.range(0, rows).toArray();
    double[] statistics = new double[count];
    for (int b = 0; b < count; b++) {
      shuffle(order, random);
      statistics[b] = ofOrder.applyAsDouble(order);
    }
    return statistics;
  }

  static void shuffle(int[] order, SplittableRandom random) {
    for (int i = order.length - 1; i > 0; i--) {
      int other = random.nextInt(i + 1);
      int moved = order[i];
      order[i] = order[other];
      order[other] = moved;
    }
  }

  /** For statistics that are made of figures of about 1. */
  static double pValue(double statistic, double[] permuted) {
    return pValue(statistic, permuted, Math.max(1, Math.abs(statistic)));
  }

  /**
   * The p-value.
   *
   * @param scale of the figures that statistics are computed from, and rounded with
   */
  static double pValue(double statistic, double[] permuted, double scale) {
    double least = statistic - ROUNDING * scale;
    long atLeast = Arrays.stream(permuted).filter(t -> t >= least).count();
    return (1.0 + atLeast) / (1.0 + permuted.length);
  }
}
