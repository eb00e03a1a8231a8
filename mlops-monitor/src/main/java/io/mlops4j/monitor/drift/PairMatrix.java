package io.mlops4j.monitor.drift;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;

/** A value for each pair of different rows; row i holds those with the rows before it. */
final class PairMatrix {
  private final double[][] values;

  private PairMatrix(double[][] values) {
    this.values = values;
  }

  static PairMatrix squaredDistances(double[][] rows) {
    double[][] values = new double[rows.length][];
    for (int i = 0; i < rows.length; i++) {
      values[i] = new double[i];
      for (int j = 0; j < i; j++) {
        values[i][j] = squaredDistance(rows[i], rows[j]);
      }
    }
    return new PairMatrix(values);
  }

  private static double squaredDistance(double[] a, double[] b) {
    double sum = 0;
    for (int k = 0; k < a.length; k++) {
      double difference = a[k] - b[k];
      sum += difference * difference;
    }
    return sum;
  }

  int size() {
    return values.length;
  }

  double get(int i, int j) {
    return i > j ? values[i][j] : values[j][i];
  }

  boolean isZero() {
    return Arrays.stream(values).flatMapToDouble(Arrays::stream).noneMatch(x -> x > 0);
  }

  /** Of squared distances the median distance; where that is 0 the mean of the others. */
  double medianDistance() {
    double[] sorted = Arrays.stream(values).flatMapToDouble(Arrays::stream).sorted().toArray();
    int middle = sorted.length / 2;
    double median =
        sorted.length % 2 == 1
            ? Math.sqrt(sorted[middle])
            : (Math.sqrt(sorted[middle - 1]) + Math.sqrt(sorted[middle])) / 2;
    return median > 0
        ? median
        : Arrays.stream(sorted).filter(x -> x > 0).map(Math::sqrt).average().orElse(0);
  }

  void map(DoubleUnaryOperator function) {
    for (double[] row : values) {
      Arrays.setAll(row, j -> function.applyAsDouble(row[j]));
    }
  }

  double[] rowSums() {
    double[] sums = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      for (int j = 0; j < i; j++) {
        sums[i] += values[i][j];
        sums[j] += values[i][j];
      }
    }
    return sums;
  }
}
