package io.mlops4j.monitor.stats.multivariate;

/** Linear algebra for statistics of up to some hundred columns. */
final class Matrix {
  private Matrix() {}

  /**
   * Factorises a positive definite matrix into L L'; overwrites it with the lower factor L and
   * returns it.
   */
  static double[][] cholesky(double[][] matrix) {
    for (int i = 0; i < matrix.length; i++) {
      for (int j = 0; j <= i; j++) {
        double sum = matrix[i][j];
        for (int k = 0; k < j; k++) {
          sum -= matrix[i][k] * matrix[j][k];
        }
        matrix[i][j] = i == j ? Math.sqrt(sum) : sum / matrix[j][j];
      }
    }
    return matrix;
  }

  /** Solves L L' x = b in place. */
  static void solve(double[][] lower, double[] b) {
    for (int i = 0; i < b.length; i++) {
      double sum = b[i];
      for (int k = 0; k < i; k++) {
        sum -= lower[i][k] * b[k];
      }
      b[i] = sum / lower[i][i];
    }
    for (int i = b.length - 1; i >= 0; i--) {
      double sum = b[i];
      for (int k = i + 1; k < b.length; k++) {
        sum -= lower[k][i] * b[k];
      }
      b[i] = sum / lower[i][i];
    }
  }
}
