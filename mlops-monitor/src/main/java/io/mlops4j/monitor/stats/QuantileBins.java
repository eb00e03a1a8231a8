package io.mlops4j.monitor.stats;

import java.util.Arrays;
import java.util.Objects;

/**
 * Bins between quantiles of a reference, open to both sides: {@code (-inf, e0], (e0, e1], ...,
 * (e_last, +inf)}.
 *
 * <p>The inner edges are the quantiles {@code k / bins} of the reference with linear interpolation
 * between its sorted values, like {@code numpy.quantile(reference, k / bins, method="linear")}.
 * Equal edges are merged, so there may be fewer bins than requested, and a bin may be empty in the
 * reference. NaN is left out. Infinite edges, which only infinite values can cause, are dropped.
 */
public final class QuantileBins {
  private final double[] edges;

  private QuantileBins(double[] edges) {
    this.edges = edges;
  }

  /**
   * Returns bins of nearly equal counts in the reference.
   *
   * @param reference values in any order, at least one that is not NaN
   * @param bins the requested number of bins, 2 or more
   * @return the bins
   * @throws IllegalArgumentException if the reference holds no value or {@code bins} is below 2
   */
  public static QuantileBins of(double[] reference, int bins) {
    if (bins < 2) {
      throw new IllegalArgumentException(
          "bins = " + bins + ": at least 2 are needed to compare anything");
    }
    Sample sample = Sample.of(reference, "reference");
    double[] edges = new double[bins - 1];
    for (int k = 1; k < bins; k++) {
      edges[k - 1] = quantile(sample, k / (double) bins);
    }
    // + 0.0 turns an edge of -0.0 into 0.0, so that both zeros fall into the bin that ends there
    return new QuantileBins(
        Arrays.stream(edges).filter(Double::isFinite).map(edge -> edge + 0.0).distinct().toArray());
  }

  private static double quantile(Sample sample, double share) {
    double index = share * (sample.size() - 1);
    int lower = (int) index;
    double a = sample.get(lower);
    double b = sample.get(Math.min(lower + 1, sample.size() - 1));
    // the difference of two infinities would be NaN
    return a == b ? a : between(a, b, index - lower);
  }

  /**
   * Interpolates from the nearer end, as NumPy rounds. An edge one bit off would move a value into
   * the next bin.
   */
  private static double between(double a, double b, double part) {
    double step = b - a;
    return part < 0.5 ? a + step * part : b - step * (1 - part);
  }

  /** {@return the number of bins, one more than there are edges} */
  public int size() {
    return edges.length + 1;
  }

  /** {@return a copy of the inner edges, strictly ascending and finite} */
  public double[] edges() {
    return edges.clone();
  }

  /**
   * Returns the bin of a value.
   *
   * @param value any value but NaN; infinities fall into the outer bins
   * @return from 0 to {@code size() - 1}
   * @throws IllegalArgumentException for NaN, which has no place in an order; count it separately
   */
  public int indexOf(double value) {
    if (Double.isNaN(value)) {
      throw new IllegalArgumentException(
          "value = NaN: missing values belong into a bin of their own");
    }
    int found = Arrays.binarySearch(edges, value);
    return found >= 0 ? found : -found - 1;
  }

  /**
   * Counts values per bin.
   *
   * @param values any values; NaN is left out
   * @return counts, one element per bin
   */
  public long[] count(double[] values) {
    Objects.requireNonNull(values, "values");
    long[] counts = new long[size()];
    for (double value : values) {
      if (!Double.isNaN(value)) {
        counts[indexOf(value)]++;
      }
    }
    return counts;
  }
}
