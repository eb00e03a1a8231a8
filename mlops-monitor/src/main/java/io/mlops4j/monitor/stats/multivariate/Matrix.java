package io.mlops4j.monitor.stats.multivariate;

/** Linear algebra for statistics of up to some hundred columns. */
final class Matrix {
  private static final int SWEEPS = 60;

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

  /**
   * Diagonalises a symmetric matrix by Jacobi's rotations: its eigenvalues are then on its
   * diagonal. Returns the eigenvectors as columns.
   */
  static double[][] diagonalise(double[][] symmetric) {
    int n = symmetric.length;
    double[][] vectors = new double[n][n];
    for (int i = 0; i < n; i++) {
      vectors[i][i] = 1;
    }
    for (int sweep = 0; sweep < SWEEPS; sweep++) {
      boolean rotated = false;
      for (int p = 0; p < n; p++) {
        for (int q = p + 1; q < n; q++) {
          rotated |= rotate(symmetric, vectors, p, q);
        }
      }
      if (!rotated) {
        return vectors;
      }
    }
    return vectors;
  }

  /** Rotates an element off the diagonal to 0; false if it is negligible already. */
  private static boolean rotate(double[][] a, double[][] vectors, int p, int q) {
    double element = a[p][q];
    if (Math.abs(element) <= 1e-16 * Math.sqrt(Math.abs(a[p][p] * a[q][q]))
        || Math.abs(element) < Double.MIN_NORMAL) {
      return false;
    }
    double theta = (a[q][q] - a[p][p]) / (2 * element);
    double t = Math.copySign(1, theta) / (Math.abs(theta) + Math.hypot(theta, 1));
    double c = 1 / Math.hypot(t, 1);
    double s = t * c;
    for (int k = 0; k < a.length; k++) {
      double kp = a[k][p];
      double kq = a[k][q];
      a[k][p] = c * kp - s * kq;
      a[k][q] = s * kp + c * kq;
    }
    for (int k = 0; k < a.length; k++) {
      double pk = a[p][k];
      double qk = a[q][k];
      a[p][k] = c * pk - s * qk;
      a[q][k] = s * pk + c * qk;
      double vp = vectors[k][p];
      double vq = vectors[k][q];
      vectors[k][p] = c * vp - s * vq;
      vectors[k][q] = s * vp + c * vq;
    }
    a[p][q] = 0;
    a[q][p] = 0;
    return true;
  }
}
