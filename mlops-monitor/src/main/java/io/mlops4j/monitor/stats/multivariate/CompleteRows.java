package io.mlops4j.monitor.stats.multivariate;

import java.util.Arrays;
import java.util.Objects;
import java.util.SplittableRandom;

/** Validated rows of numbers of equal length, without rows that have a missing value. */
final class CompleteRows {
  /**
   * The largest allowed value: squares of such values, and sums of them, stay in the range of a
   * double.
   */
  private static final double MOST = 1e150;

  private CompleteRows() {}

  static double[][] of(double[][] rows, String name, int least) {
    Objects.requireNonNull(rows, name);
    double[][] complete =
        Arrays.stream(rows)
            .filter(row -> Arrays.stream(row).noneMatch(Double::isNaN))
            .toArray(double[][]::new);
    if (complete.length < least) {
      throw new IllegalArgumentException(
          "%s holds %s rows without a missing value (of %s): at least %s are needed"
              .formatted(name, complete.length, rows.length, least));
    }
    for (int i = 0; i < rows.length; i++) {
      check(rows[i], rows[0].length, name + "[" + i + "]");
    }
    return complete;
  }

  private static void check(double[] row, int columns, String name) {
    if (row.length != columns || columns == 0) {
      throw new IllegalArgumentException(
          "%s has %s columns, the first row %s: all rows need the same number of them, at least one"
              .formatted(name, row.length, columns));
    }
    if (Arrays.stream(row).anyMatch(Double::isInfinite)) {
      throw new IllegalArgumentException(
          name + " holds an infinite value, which has no distance to others: leave the row out");
    }
    if (Arrays.stream(row).anyMatch(x -> Math.abs(x) > MOST)) {
      throw new IllegalArgumentException(
          name
              + " holds a value beyond "
              + MOST
              + ", whose square is too large for a double: scale the column, or leave the row out");
    }
  }

  static void checkColumns(double[][] reference, double[][] current) {
    if (reference[0].length != current[0].length) {
      throw new IllegalArgumentException(
          "reference has %s columns, current has %s: both need the same ones in the same order"
              .formatted(reference[0].length, current[0].length));
    }
  }

  static double[][] of(float[][] rows, String name) {
    Objects.requireNonNull(rows, name);
    double[][] wide = new double[rows.length][];
    for (int i = 0; i < rows.length; i++) {
      wide[i] = new double[rows[i].length];
      for (int j = 0; j < rows[i].length; j++) {
        wide[i][j] = rows[i][j];
      }
    }
    return wide;
  }

  /** Draws a number of rows, each with the same probability. */
  static double[][] sample(double[][] rows, int most, SplittableRandom random) {
    double[][] mixed = rows.clone();
    if (rows.length <= most) {
      return mixed;
    }
    for (int i = 0; i < most; i++) {
      int other = random.nextInt(i, rows.length);
      double[] chosen = mixed[other];
      mixed[other] = mixed[i];
      mixed[i] = chosen;
    }
    return Arrays.copyOf(mixed, most);
  }

  static double[][] pooled(double[][] first, double[][] second) {
    double[][] all = Arrays.copyOf(first, Math.addExact(first.length, second.length));
    System.arraycopy(second, 0, all, first.length, second.length);
    return all;
  }

  /**
   * Means by column, summed as distances from the first row, so that large offsets lose no digits.
   */
  static double[] means(double[][] rows) {
    double[] means = new double[rows[0].length];
    for (double[] row : rows) {
      for (int j = 0; j < means.length; j++) {
        means[j] += row[j] - rows[0][j];
      }
    }
    for (int j = 0; j < means.length; j++) {
      means[j] = rows[0][j] + means[j] / rows.length;
    }
    return means;
  }

  /** Population deviations by column; exactly 0 for a constant one. */
  static double[] deviations(double[][] rows, double[] means) {
    double[] deviations = new double[means.length];
    for (int j = 0; j < means.length; j++) {
      double squares = 0;
      boolean constant = true;
      for (double[] row : rows) {
        squares += (row[j] - means[j]) * (row[j] - means[j]);
        constant &= row[j] == rows[0][j];
      }
      deviations[j] = constant ? 0 : Math.sqrt(squares / rows.length);
    }
    return deviations;
  }
}
