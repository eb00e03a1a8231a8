package io.mlops4j.monitor.stats.multivariate;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * Reconstruction error of principal components: the distance of rows from the space in which the
 * reference varies most. It grows if columns no longer depend on each other as before, even if each
 * column alone looks unchanged.
 *
 * <p><b>Definition.</b> Missing numbers become the reference's mean, missing categories its most
 * frequent one. Categories become their share of the reference's rows. All columns are standardised
 * by the reference. The principal components that together explain more than 65 % of its variance
 * are kept. The error of a window is the mean length of the residuals of its rows. A window drifts
 * if its error differs from the mean of the reference's windows by more than three of their
 * (population) standard deviations, in either direction. Agrees with scikit-learn's {@code
 * StandardScaler} and {@code PCA(0.65)}.
 *
 * <p>The reference's own rows determine the components, so its errors are slightly smaller than
 * those of new rows. With at least twenty rows for each column that does not matter.
 *
 * <p><b>Special values.</b> Infinite values, and values beyond 1e150, are rejected. A column that
 * is constant in the reference is centred and not scaled. Windows of different sizes vary
 * differently: compare windows of about the reference's sizes.
 *
 * <p><b>Cost.</b> Time grows with the cube of the columns once (a second for some hundreds of
 * them), then with rows times squared columns.
 *
 * <p>Immutable and thread safe.
 */
public final class ReconstructionError {
  private static final double KEPT = 0.65;

  private final TableEncoding encoding;
  private final double[] means;
  private final double[] scales;
  private final double[][] residual;
  private final double[] errors;

  private ReconstructionError(
      TableEncoding encoding,
      double[] means,
      double[] scales,
      double[][] residual,
      double[] errors) {
    this.encoding = encoding;
    this.means = means;
    this.scales = scales;
    this.residual = residual;
    this.errors = errors;
  }

  /**
   * Learns components that keep 65 % of the variance, and the usual error.
   *
   * @param referenceWindows as for {@link #fit(List, double)}
   * @return the reference for current windows
   * @throws IllegalArgumentException as {@link #fit(List, double)}
   */
  public static ReconstructionError fit(List<Table> referenceWindows) {
    return fit(referenceWindows, KEPT);
  }

  /**
   * Learns components and the usual error from windows of the reference.
   *
   * @param referenceWindows at least two tables of the same columns, for example the days of a
   *     month
   * @param keptVariance the share of the variance that is kept, strictly between 0 and 1
   * @return the reference for current windows
   * @throws IllegalArgumentException if there are fewer than two windows, columns differ, a value
   *     is infinite or beyond 1e150, or the share is out of range
   */
  public static ReconstructionError fit(List<Table> referenceWindows, double keptVariance) {
    if (!(keptVariance > 0 && keptVariance < 1)) {
      throw new IllegalArgumentException(
          "keptVariance = "
              + keptVariance
              + ": a share of the variance lies strictly between 0 and 1");
    }
    Table[] windows = referenceWindows.toArray(Table[]::new);
    if (windows.length < 2) {
      throw new IllegalArgumentException(
          windows.length + " reference windows: a spread of errors needs at least two");
    }
    TableEncoding encoding = TableEncoding.of(windows);
    double[][][] rows = Arrays.stream(windows).map(encoding::rows).toArray(double[][][]::new);
    double[][] all =
        CompleteRows.of(
            Arrays.stream(rows).flatMap(Arrays::stream).toArray(double[][]::new), "reference", 2);
    double[] means = CompleteRows.means(all);
    double[] scales =
        Arrays.stream(CompleteRows.deviations(all, means)).map(s -> s == 0 ? 1 : s).toArray();
    double[][] residual = residualVectors(standardised(all, means, scales), keptVariance);
    double[] errors =
        Arrays.stream(rows)
            .mapToDouble(window -> mean(lengths(standardised(window, means, scales), residual)))
            .toArray();
    return new ReconstructionError(encoding, means, scales, residual, errors);
  }

  /** The eigenvectors that are not kept, as rows. */
  private static double[][] residualVectors(double[][] standardised, double keptVariance) {
    int columns = standardised[0].length;
    double[][] covariance = new double[columns][columns];
    for (double[] row : standardised) {
      for (int i = 0; i < columns; i++) {
        for (int j = 0; j < columns; j++) {
          covariance[i][j] += row[i] * row[j] / standardised.length;
        }
      }
    }
    double[][] vectors = Matrix.diagonalise(covariance);
    int[] descending =
        IntStream.range(0, columns)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> -covariance[i][i]))
            .mapToInt(Integer::intValue)
            .toArray();
    double total = IntStream.range(0, columns).mapToDouble(i -> covariance[i][i]).sum();
    int kept = 0;
    double explained = 0;
    while (kept < columns && explained <= keptVariance * total && total > 0) {
      explained += covariance[descending[kept]][descending[kept]];
      kept++;
    }
    return Arrays.stream(descending)
        .skip(kept)
        .mapToObj(c -> IntStream.range(0, columns).mapToDouble(i -> vectors[i][c]).toArray())
        .toArray(double[][]::new);
  }

  private static double[][] standardised(double[][] rows, double[] means, double[] scales) {
    return Arrays.stream(rows)
        .map(
            row ->
                IntStream.range(0, row.length)
                    .mapToDouble(j -> (row[j] - means[j]) / scales[j])
                    .toArray())
        .toArray(double[][]::new);
  }

  /** For each row the length of its projection on the vectors. */
  private static double[] lengths(double[][] rows, double[][] vectors) {
    return Arrays.stream(rows)
        .mapToDouble(
            row ->
                Math.sqrt(
                    Arrays.stream(vectors)
                        .mapToDouble(vector -> LogisticModel.score(vector, row))
                        .map(x -> x * x)
                        .sum()))
        .toArray();
  }

  private static double mean(double[] values) {
    return Arrays.stream(values).sum() / values.length;
  }

  /** {@return the number of principal components that are kept; 0 if the reference is constant} */
  public int components() {
    return means.length - residual.length;
  }

  /** {@return a copy of the errors of the reference's windows, in their order} */
  public double[] errors() {
    return errors.clone();
  }

  /**
   * Compares a window with the reference.
   *
   * @param window rows with the reference's columns, matched by name; other columns are ignored
   * @return its error and the bounds from the reference
   * @throws IllegalArgumentException if a column is missing or of another kind, or a value is
   *     infinite
   */
  public Result compare(Table window) {
    double[][] rows = CompleteRows.of(encoding.rows(window), "window", 1);
    double[] lengths = lengths(standardised(rows, means, scales), residual);
    double mean = mean(errors);
    double width = 3 * deviation(errors);
    double standardError =
        lengths.length == 1
            ? Double.POSITIVE_INFINITY
            : deviation(lengths) / Math.sqrt(lengths.length - 1.0);
    return new Result(mean(lengths), mean - width, mean + width, standardError);
  }

  private static double deviation(double[] values) {
    double mean = mean(values);
    return Math.sqrt(
        DoubleStream.of(values).map(x -> (x - mean) * (x - mean)).sum() / values.length);
  }

  /**
   * The error of a window.
   *
   * @param error mean length of the rows' residuals, 0 or more
   * @param low three standard deviations below the mean error of the reference's windows
   * @param high three standard deviations above it
   * @param standardError the standard error of {@code error} as a mean of independent rows;
   *     infinite for one row
   */
  public record Result(double error, double low, double high, double standardError) {

    /** {@return whether the error is outside the usual range} */
    public boolean isOutside() {
      return error < low || error > high;
    }
  }
}
