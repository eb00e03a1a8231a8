package io.mlops4j.monitor.stats;

import io.mlops4j.monitor.internal.RadixSort;
import java.util.Arrays;
import java.util.Objects;

/** The sorted values of one sample without missing ones. -0 becomes 0, which it equals. */
final class Sample {
  private final double[] sorted;

  private Sample(double[] sorted) {
    this.sorted = sorted;
  }

  static Sample of(double[] values, String name) {
    Objects.requireNonNull(values, name);
    double[] present = withoutMissing(values);
    checkPresent(present.length, values, name);
    RadixSort.sort(present);
    return new Sample(present);
  }

  static void checkPresent(int present, double[] values, String name) {
    if (present == 0) {
      throw new IllegalArgumentException(
          "%s holds no value (length %s, all missing), a two-sample statistic needs at least one: check the row count first"
              .formatted(name, values.length));
    }
  }

  private static double[] withoutMissing(double[] values) {
    double[] present = new double[values.length];
    int n = 0;
    for (double value : values) {
      if (!Double.isNaN(value)) {
        present[n++] = value + 0.0; // -0 becomes 0, because sorting tells them apart
      }
    }
    return Arrays.copyOf(present, n);
  }

  int size() {
    return sorted.length;
  }

  double get(int index) {
    return sorted[index];
  }

  /** The first index after the run of values equal to {@code value} that starts at {@code from}. */
  int skip(int from, double value) {
    int i = from;
    while (i < sorted.length && sorted[i] == value) {
      i++;
    }
    return i;
  }

  boolean isConstant() {
    return sorted[0] == sorted[sorted.length - 1];
  }

  /**
   * Standard deviation of the finite values with divisor n; 0 for a constant sample, even when
   * rounding gives another value.
   */
  double populationDeviation() {
    double[] finite = Arrays.stream(sorted).filter(Double::isFinite).toArray();
    if (finite.length == 0 || finite[0] == finite[finite.length - 1]) {
      return 0;
    }
    double mean = Arrays.stream(finite).average().orElseThrow();
    double variance =
        Arrays.stream(finite).map(x -> (x - mean) * (x - mean)).average().orElseThrow();
    return Math.sqrt(variance);
  }
}
