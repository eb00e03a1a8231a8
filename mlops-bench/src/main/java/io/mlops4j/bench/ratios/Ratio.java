package io.mlops4j.bench.ratios;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * The result of a comparison.
 *
 * @param median the geometric mean of the medians of the halves of the pairs
 * @param p10 a tenth of the pairs lies below
 * @param p90 a tenth of the pairs lies above
 */
record Ratio(double median, double p10, double p90) {
  /** The halves may differ by the order in which the sides were opened, which cancels so. */
  static Ratio of(List<Double> oursFirst, List<Double> theirsFirst) {
    double[] all = sorted(Stream.concat(oursFirst.stream(), theirsFirst.stream()));
    double median =
        Math.sqrt(
            quantile(sorted(oursFirst.stream()), 0.5)
                * quantile(sorted(theirsFirst.stream()), 0.5));
    return new Ratio(median, quantile(all, 0.1), quantile(all, 0.9));
  }

  private static double[] sorted(Stream<Double> pairs) {
    return pairs.mapToDouble(Double::doubleValue).sorted().toArray();
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
