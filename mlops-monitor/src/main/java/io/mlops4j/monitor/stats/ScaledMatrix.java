package io.mlops4j.monitor.stats;

import java.util.Arrays;

/** A square matrix times a power of two, so that high powers neither overflow nor vanish. */
final class ScaledMatrix {
  private final double[][] values;
  private final int exponent;

  private ScaledMatrix(double[][] values, int exponent) {
    this.values = values;
    this.exponent = exponent;
  }

  /**
   * The matrix H of Marsaglia, Tsang and Wang (Evaluating Kolmogorov's distribution, 2003), size 2k
   * - 1, 0 <= h < 1.
   */
  static ScaledMatrix kolmogorov(int k, double h) {
    int size = 2 * k - 1;
    double[][] values = new double[size][size];
    for (int i = 0; i < size; i++) {
      for (int j = 0; j < size; j++) {
        values[i][j] = i - j + 1 < 0 ? 0 : 1;
      }
    }
    for (int i = 0; i < size; i++) {
      values[i][0] -= Math.pow(h, i + 1.0);
      values[size - 1][i] -= Math.pow(h, size - i);
    }
    values[size - 1][0] += 2 * h - 1 > 0 ? Math.pow(2 * h - 1, size) : 0;
    for (int i = 0; i < size; i++) {
      for (int j = 0; j <= Math.min(i, size - 1); j++) {
        values[i][j] /= factorial(i - j + 1);
      }
    }
    return new ScaledMatrix(values, 0);
  }

  private static double factorial(int n) {
    double product = 1;
    for (int i = 2; i <= n; i++) {
      product *= i;
    }
    return product;
  }

  double get(int row, int column) {
    return values[row][column];
  }

  int exponent() {
    return exponent;
  }

  /** Squares the powers by the leading bits of n, in the memory of two matrices. */
  ScaledMatrix power(int n) {
    double[][][] memory = new double[2][values.length][values.length];
    int next = 0;
    ScaledMatrix power = this;
    for (int bit = Integer.highestOneBit(n) >> 1; bit > 0; bit >>= 1) {
      power = power.times(power, memory[next]);
      next = 1 - next;
      if ((n & bit) != 0) {
        power = power.times(this, memory[next]);
        next = 1 - next;
      }
    }
    return power;
  }

  private ScaledMatrix times(ScaledMatrix other, double[][] product) {
    int size = values.length;
    double largest = 0;
    for (int i = 0; i < size; i++) {
      double[] sums = product[i];
      Arrays.fill(sums, 0);
      for (int k = 0; k < size; k++) { // row by row, so that the compiler vectorises the loop
        addTimes(sums, values[i][k], other.values[k]);
      }
      for (int j = 0; j < size; j++) {
        largest = Math.max(largest, sums[j]);
      }
    }
    return new ScaledMatrix(product, exponent + other.exponent).rescaled(Math.getExponent(largest));
  }

  private static void addTimes(double[] sums, double factor, double[] row) {
    for (int j = 0; j < sums.length; j++) {
      sums[j] += factor * row[j];
    }
  }

  private ScaledMatrix rescaled(int shift) {
    double factor = Math.scalb(1.0, -shift);
    for (double[] row : values) {
      for (int j = 0; j < row.length; j++) {
        row[j] *= factor;
      }
    }
    return new ScaledMatrix(values, exponent + shift);
  }
}
