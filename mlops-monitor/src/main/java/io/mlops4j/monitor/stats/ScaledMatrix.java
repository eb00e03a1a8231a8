package io.mlops4j.monitor.stats;

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

  ScaledMatrix power(int n) {
    if (n == 1) {
      return this;
    }
    ScaledMatrix half = power(n / 2);
    ScaledMatrix square = half.times(half);
    return n % 2 == 0 ? square : square.times(this);
  }

  private ScaledMatrix times(ScaledMatrix other) {
    int size = values.length;
    double[][] product = new double[size][size];
    double largest = 0;
    for (int i = 0; i < size; i++) {
      double[] sums = product[i];
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
