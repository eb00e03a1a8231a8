package io.mlops4j.monitor.stats.multivariate;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;

/** A value for each pair of different rows. Row i holds its pairs with the rows before it. */
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

  /**
   * The sum over the pairs of some rows, given in ascending order, which is the order in memory.
   */
  double sumInside(int[] ascending) {
    double sum = 0;
    for (int a = 1; a < ascending.length; a++) {
      double[] row = values[ascending[a]];
      double even = 0; // two independent sums, so that the processor can add them at the same time
      double odd = 0;
      for (int b = 0; b + 1 < a; b += 2) {
        even += row[ascending[b]];
        odd += row[ascending[b + 1]];
      }
      sum += even + odd + (a % 2 == 1 ? row[ascending[a - 1]] : 0);
    }
    return sum;
  }

  boolean isZero() {
    return Arrays.stream(values).flatMapToDouble(Arrays::stream).noneMatch(x -> x > 0);
  }

  /** The median distance, from squared distances; if it is 0, the mean of the other distances. */
  double medianDistance() {
    double[] all = pairs();
    double median = Math.sqrt(OrderStatistic.of(all, all.length / 2));
    if (all.length % 2 == 0) {
      median = (median + Math.sqrt(OrderStatistic.of(all, all.length / 2 - 1))) / 2;
    }
    return median > 0
        ? median
        : Arrays.stream(all).filter(x -> x > 0).sorted().map(Math::sqrt).average().orElse(0);
  }

  private double[] pairs() {
    double[] all = new double[Arrays.stream(values).mapToInt(row -> row.length).sum()];
    int copied = 0;
    for (double[] row : values) {
      System.arraycopy(row, 0, all, copied, row.length);
      copied += row.length;
    }
    return all;
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
