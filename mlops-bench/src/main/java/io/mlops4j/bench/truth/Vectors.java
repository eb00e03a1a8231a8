package io.mlops4j.bench.truth;

import java.util.SplittableRandom;

/** Two samples of rows with several normal columns. */
final class Vectors {
  private static final int COLUMNS = 5;

  private final double[][] reference;
  private final double[][] current;

  private Vectors(double[][] reference, double[][] current) {
    this.reference = reference;
    this.current = current;
  }

  /** Independent values; something is added to the first column of the current sample. */
  static Vectors draw(SplittableRandom random, int rows, double shift) {
    return new Vectors(rows(random, rows, 0), rows(random, rows, shift));
  }

  private static double[][] rows(SplittableRandom random, int rows, double shift) {
    double[][] values = new double[rows][COLUMNS];
    for (double[] row : values) {
      for (int column = 0; column < COLUMNS; column++) {
        row[column] = random.nextGaussian() + (column == 0 ? shift : 0);
      }
    }
    return values;
  }

  double[][] reference() {
    return reference;
  }

  double[][] current() {
    return current;
  }
}
