package io.mlops4j.monitor.stats.multivariate;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Deals pooled rows to two samples of the same sizes again and again. If both samples come from one
 * distribution, every such deal is equally likely. The p-value {@code (1 + #{T* >= T}) / (1 + B)}
 * counts the original order among the permutations and is never 0.
 */
final class Permutations {
  /**
   * Equal statistics can differ by this much, because rounded sums depend on the order of their
   * terms.
   */
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

  /** The statistics of the permutations. The function must not keep the order that it receives. */
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

  /** The p-value of statistics that are computed from numbers of about 1. */
  static double pValue(double statistic, double[] permuted) {
    return pValue(statistic, permuted, Math.max(1, Math.abs(statistic)));
  }

  /**
   * The p-value.
   *
   * @param scale the size of the numbers that statistics are computed from, and rounded with
   */
  static double pValue(double statistic, double[] permuted, double scale) {
    double least = statistic - ROUNDING * scale;
    long atLeast = Arrays.stream(permuted).filter(t -> t >= least).count();
    return (1.0 + atLeast) / (1.0 + permuted.length);
  }
}
