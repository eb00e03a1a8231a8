package io.mlops4j.monitor.performance;

import java.util.Arrays;

/**
 * The mean of areas under ROC curves on overlapping rows, with the contribution of each row to its
 * error.
 */
final class PlacementMean {
  private final double[] influence;
  private double sum;
  private int areas;

  PlacementMean(int rows) {
    this.influence = new double[rows];
  }

  /** Adds the area by which the scores of some rows are above those of others. */
  void add(double[] scores, int[] above, int[] below) {
    double[] first = placements(scores, above, below);
    double[] second = placements(scores, below, above);
    double area = Averages.mean(first);
    sum += area;
    areas++;
    addInfluence(above, first, area, 1);
    addInfluence(below, second, 1 - area, -1);
  }

  /** For each row the share of the others below it; equal ones count half. */
  private static double[] placements(double[] scores, int[] rows, int[] others) {
    double[] sorted = Arrays.stream(others).mapToDouble(row -> scores[row]).sorted().toArray();
    return Arrays.stream(rows)
        .mapToDouble(
            row ->
                (places(sorted, scores[row], false) + places(sorted, scores[row], true))
                    / (2.0 * sorted.length))
        .toArray();
  }

  /** The number of sorted values below a score, or up to and including it. */
  static int places(double[] sorted, double score, boolean orAt) {
    int low = 0;
    int high = sorted.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (sorted[middle] < score || (orAt && sorted[middle] == score)) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /**
   * Scaled so that the squares of an area's influences sum to DeLong's variance with divisors n -
   * 1. A high placement of a row that should be below lowers the area.
   */
  private void addInfluence(int[] rows, double[] placements, double mean, int direction) {
    double n = rows.length;
    for (int i = 0; i < rows.length; i++) {
      influence[rows[i]] +=
          n == 1
              ? Math.sqrt(mean * (1 - mean))
              : direction * (placements[i] - mean) / Math.sqrt(n * (n - 1));
    }
  }

  Metric metric() {
    double squares = Arrays.stream(influence).map(x -> x * x).sum();
    return new Metric.Value(sum / areas, Math.sqrt(squares) / areas);
  }
}
