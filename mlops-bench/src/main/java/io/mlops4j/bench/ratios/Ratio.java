package io.mlops4j.bench.ratios;

import java.util.Arrays;
import java.util.Locale;

/**
 * The result of a comparison.
 *
 * @param median the median of the pairs' ratios
 * @param p10 a tenth of the pairs lies below
 * @param p90 a tenth of the pairs lies above
 */
record Ratio(double median, double p10, double p90) {
  static Ratio of(double[] pairs) {
    double[] sorted = pairs.clone();
    Arrays.sort(sorted);
    return new Ratio(quantile(sorted, 0.5), quantile(sorted, 0.1), quantile(sorted, 0.9));
  }

  /** Linear between the neighbours, as NumPy's default. */
  private static double quantile(double[] sorted, double q) {
    double at = q * (sorted.length - 1);
    int below = (int) at;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
  }

  String line(Comparison comparison) {
    double goal = comparison.goal();
    boolean shows = Double.isNaN(goal);
    boolean more = comparison.shows() == Comparison.Shows.THROUGHPUT;
    return String.format(
        Locale.ROOT,
        "RATIO %s %.3f %s %s %.3f..%.3f",
        comparison.name(),
        median,
        shows ? "-" : String.format(Locale.ROOT, more ? ">=%.2f" : "<=%.2f", goal),
        shows || (more ? median >= goal : median <= goal) ? "ok" : "short",
        p10,
        p90);
  }
}
