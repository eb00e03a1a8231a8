package io.mlops4j.monitor.performance;

import java.util.Arrays;

/**
 * Isotonic regression: the ascending function nearest to the outcomes in squared distance, found by
 * pooling adjacent violators (Ayer et al. 1955). Between two blocks of equal value it is linear,
 * and beyond the ends it is constant, as scikit-learn's {@code
 * IsotonicRegression(out_of_bounds="clip")} is.
 */
final class Isotonic {
  // the ends of the blocks: two points for each block of several distinct values, else one
  private final double[] x;
  private final double[] y;

  private Isotonic(double[] x, double[] y) {
    this.x = x;
    this.y = y;
  }

  /** Fits finite values in ascending order, at least one, and the outcome of each. */
  static Isotonic fit(double[] values, double[] outcomes) {
    double[] first = new double[values.length];
    double[] last = new double[values.length];
    double[] sum = new double[values.length];
    double[] weight = new double[values.length];
    int blocks = 0;
    for (int from = 0, to; from < values.length; from = to, blocks++) {
      first[blocks] = values[from];
      last[blocks] = values[from];
      sum[blocks] = 0;
      for (to = from; to < values.length && values[to] == values[from]; to++) {
        sum[blocks] += outcomes[to];
      }
      weight[blocks] = to - from;
      while (blocks > 0 && sum[blocks - 1] * weight[blocks] >= sum[blocks] * weight[blocks - 1]) {
        blocks--;
        last[blocks] = last[blocks + 1];
        sum[blocks] += sum[blocks + 1];
        weight[blocks] += weight[blocks + 1];
      }
    }
    double[] x = new double[2 * blocks];
    double[] y = new double[2 * blocks];
    int points = 0;
    for (int block = 0; block < blocks; block++) {
      for (int end = 0; end < (first[block] == last[block] ? 1 : 2); end++) {
        x[points] = end == 0 ? first[block] : last[block];
        y[points++] = sum[block] / weight[block];
      }
    }
    return new Isotonic(Arrays.copyOf(x, points), Arrays.copyOf(y, points));
  }

  /** The function at any value but NaN. */
  double at(double value) {
    int above = PlacementMean.places(x, value, false);
    if (above == x.length) {
      return y[above - 1];
    }
    if (above == 0 || x[above] == value) {
      return y[above];
    }
    // halves, so that the distance of two large values is finite
    double share = (value / 2 - x[above - 1] / 2) / (x[above] / 2 - x[above - 1] / 2);
    return Math.min(y[above], y[above - 1] + (y[above] - y[above - 1]) * share);
  }
}
