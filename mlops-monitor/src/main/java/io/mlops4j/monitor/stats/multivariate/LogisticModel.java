package io.mlops4j.monitor.stats.multivariate;

/**
 * Logistic regression with a quadratic penalty on all weights except the first one, which belongs
 * to the constant column. The curvature of the loss is at most {@code X'X / 4} (Böhning and Lindsay
 * 1988). With that bound as its Hessian every step improves, and one factorisation serves all steps
 * and all labels of the same rows.
 */
final class LogisticModel {
  private final double[][] rows;
  private final double penalty;
  private final double[][] factor;

  LogisticModel(double[][] rows, double penalty) {
    this.rows = rows;
    this.penalty = penalty;
    this.factor = Matrix.cholesky(bound());
  }

  private double[][] bound() {
    int columns = rows[0].length;
    double[][] bound = new double[columns][columns];
    for (double[] row : rows) {
      for (int i = 0; i < columns; i++) {
        for (int j = 0; j <= i; j++) {
          bound[i][j] += row[i] * row[j] / 4;
        }
      }
    }
    for (int i = 1; i < columns; i++) {
      bound[i][i] += penalty;
    }
    return bound;
  }

  /**
   * Fits the weights for these labels, until a step is this small relative to the largest weight.
   */
  double[] fit(boolean[] labels, double precision, int mostSteps) {
    double[] weights = new double[rows[0].length];
    for (int step = 0; step < mostSteps; step++) {
      double[] move = gradient(weights, labels);
      Matrix.solve(factor, move);
      double largest = 0;
      double moved = 0;
      for (int j = 0; j < weights.length; j++) {
        weights[j] += move[j];
        largest = Math.max(largest, Math.abs(weights[j]));
        moved = Math.max(moved, Math.abs(move[j]));
      }
      if (moved <= precision * largest) {
        return weights;
      }
    }
    return weights;
  }

  private double[] gradient(double[] weights, boolean[] labels) {
    double[] gradient = new double[weights.length];
    for (int i = 0; i < rows.length; i++) {
      double error = (labels[i] ? 1 : 0) - 1 / (1 + Math.exp(-score(weights, rows[i])));
      for (int j = 0; j < gradient.length; j++) {
        gradient[j] += error * rows[i][j];
      }
    }
    for (int j = 1; j < gradient.length; j++) {
      gradient[j] -= penalty * weights[j];
    }
    return gradient;
  }

  static double score(double[] weights, double[] row) {
    double sum = 0;
    for (int j = 0; j < weights.length; j++) {
      sum += weights[j] * row[j];
    }
    return sum;
  }
}
