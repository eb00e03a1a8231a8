package io.mlops4j.monitor.drift;

import io.mlops4j.monitor.distribution.Normal;
import io.mlops4j.monitor.stats.Wasserstein;

/**
 * Numbers on the scale of a normal distribution with the same ranks (the normal scores of van der
 * Waerden, 1952). On this scale a shift has the same size whatever the tails of the column are.
 *
 * <p>The score of a bin is the normal quantile of the share of the reference's rows below its
 * middle row. Beyond the range of the reference it is that of half a row.
 */
final class NormalScores {
  /** The middle half of normal rows is as many deviations wide. */
  private static final double NORMAL_HALF = 2 * Normal.quantile(0.75);

  private static final double HEAVY = 2;

  private NormalScores() {}

  /**
   * The Wasserstein distance of the scores; for normal columns that of the values in deviations.
   */
  static double distance(long[] reference, long[] current) {
    return Wasserstein.withDefaults().statistic(reference, current, of(reference), 1);
  }

  /** The score of each bin, ascending. */
  static double[] of(long[] reference) {
    double rows = sum(reference);
    double[] scores = new double[reference.length];
    double below = 0;
    for (int bin = 0; bin < scores.length; bin++) {
      double middle = below + reference[bin] / 2.0;
      double share = Math.min(Math.max(middle, 0.5), rows - 0.5) / rows;
      scores[bin] = Normal.quantile(share);
      below += reference[bin];
    }
    return scores;
  }

  /**
   * Whether the deviation is at least twice that of normal rows whose middle half is as wide. If
   * half of the rows have one value, no width is known, and the tail does not count as heavy.
   */
  static boolean hasHeavyTail(long[] reference, double[] positions, double deviation) {
    double width = quantile(reference, positions, 0.75) - quantile(reference, positions, 0.25);
    return width > 0 && deviation >= HEAVY * width / NORMAL_HALF;
  }

  private static double quantile(long[] counts, double[] positions, double share) {
    double rows = share * sum(counts);
    int bin = 0;
    for (long below = counts[0]; below < rows; below += counts[bin]) {
      bin++;
    }
    return positions[bin];
  }

  private static long sum(long[] counts) {
    long sum = 0;
    for (long count : counts) {
      sum += count;
    }
    return sum;
  }
}
