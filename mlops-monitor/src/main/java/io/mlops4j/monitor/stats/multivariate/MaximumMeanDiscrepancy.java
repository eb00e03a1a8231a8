package io.mlops4j.monitor.stats.multivariate;

import io.mlops4j.monitor.stats.TestResult;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Maximum mean discrepancy of two samples of rows, squared and unbiased, with a Gaussian kernel:
 * {@code MMD2 = mean k(x, x') + mean k(y, y') - 2 mean k(x, y)} over all pairs of different rows,
 * {@code k(a, b) = exp(-|a - b|^2 / (2 s^2))} (Gretton and others, A kernel two-sample test, 2012).
 * With enough rows it detects any difference of two distributions in many dimensions, for example
 * of embeddings. Because it is unbiased, it is negative about half of the time if there is no
 * difference.
 *
 * <p><b>Bandwidth.</b> s is the median of the distances of all pairs of pooled rows, unless given
 * ({@link #withBandwidth(double)}). If more than half of the pairs are equal, it is the mean of the
 * distances that are not 0. Standardise columns of different units first, because the widest column
 * dominates otherwise.
 *
 * <p><b>P-value.</b> From permutations of the pooled rows, {@code (1 + #{T* >= T}) / (1 + B)}, 199
 * of them by default. It is valid at any size, never below 1 / (1 + B), and the same for the same
 * seed.
 *
 * <p><b>Cost.</b> Time and memory grow with the square of the rows. From a sample of more than
 * {@value #MOST_ROWS} rows, or of {@link #withMostRows(int)}, that many are drawn by the seed; the
 * result has the number of rows that took part.
 *
 * <p><b>Special values.</b> A row with a NaN is left out. Infinite values, and values beyond 1e150,
 * are rejected. If all rows of both samples are equal, the statistic is 0 and p = 1.
 */
public final class MaximumMeanDiscrepancy {
  /** The most rows of each sample that take part by default. */
  public static final int MOST_ROWS = 1000;

  private static final MaximumMeanDiscrepancy DEFAULTS =
      new MaximumMeanDiscrepancy(0, new Permutations(199, 0), MOST_ROWS);

  private final double bandwidth;
  private final Permutations permutations;
  private final int mostRows;

  private MaximumMeanDiscrepancy(double bandwidth, Permutations permutations, int mostRows) {
    this.bandwidth = bandwidth;
    this.permutations = permutations;
    this.mostRows = mostRows;
  }

  /**
   * {@return the test with the median as bandwidth, 199 permutations with seed 0, and at most
   * {@value #MOST_ROWS} rows of each sample}
   */
  public static MaximumMeanDiscrepancy withDefaults() {
    return DEFAULTS;
  }

  /**
   * Returns the same test with a fixed bandwidth, which keeps the statistics of several windows
   * comparable.
   *
   * @param width the bandwidth s, above 0 and finite
   * @return a changed copy
   * @throws IllegalArgumentException if the bandwidth is out of range
   */
  public MaximumMeanDiscrepancy withBandwidth(double width) {
    if (!(width > 0 && width < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "width = " + width + ": a bandwidth is above 0 and finite");
    }
    return new MaximumMeanDiscrepancy(width, permutations, mostRows);
  }

  /**
   * Returns the same test with other permutations.
   *
   * @param count the number of permutations, at least 1; p cannot fall below 1 / (1 + count)
   * @param seed decides the permutations and the rows that are drawn
   * @return a changed copy
   * @throws IllegalArgumentException if there are none
   */
  public MaximumMeanDiscrepancy withPermutations(int count, long seed) {
    return new MaximumMeanDiscrepancy(bandwidth, new Permutations(count, seed), mostRows);
  }

  /**
   * Returns the same test with another bound on the rows.
   *
   * @param rows the most rows of each sample that take part, from 2 to 20 000
   * @return a changed copy
   * @throws IllegalArgumentException if the number is out of range
   */
  public MaximumMeanDiscrepancy withMostRows(int rows) {
    if (rows < 2 || rows > 20_000) {
      throw new IllegalArgumentException("rows = " + rows + ": from 2 to 20000 can take part");
    }
    return new MaximumMeanDiscrepancy(bandwidth, permutations, rows);
  }

  /**
   * Tests two samples.
   *
   * @param reference rows of equal length, at least two without a NaN
   * @param current rows of the same columns in the same order, at least two without a NaN
   * @return statistic, p-value, bandwidth and rows that took part
   * @throws IllegalArgumentException if a sample has too few rows, rows differ in length or a value
   *     is infinite or beyond 1e150
   */
  public Result test(double[][] reference, double[][] current) {
    SplittableRandom random = new SplittableRandom(permutations.seed());
    double[][] first =
        CompleteRows.sample(CompleteRows.of(reference, "reference", 2), mostRows, random);
    double[][] second =
        CompleteRows.sample(CompleteRows.of(current, "current", 2), mostRows, random);
    CompleteRows.checkColumns(first, second);
    PairMatrix pairs = PairMatrix.squaredDistances(CompleteRows.pooled(first, second));
    double width = bandwidth > 0 ? bandwidth : pairs.medianDistance();
    if (pairs.isZero()) {
      return new Result(0, 1, width, first.length, second.length);
    }
    pairs.map(square -> Math.exp(-square / (2 * width * width)));
    Kernel kernel = new Kernel(pairs, first.length);
    double statistic = kernel.discrepancy(IntStream.range(0, pairs.size()).toArray());
    double[] permuted = permutations.statistics(pairs.size(), kernel::discrepancy);
    return new Result(
        statistic, Permutations.pValue(statistic, permuted), width, first.length, second.length);
  }

  /**
   * Tests two samples of embeddings.
   *
   * @param reference vectors of equal length, at least two without a NaN
   * @param current vectors of the same length, at least two without a NaN
   * @return statistic, p-value, bandwidth and rows that took part
   * @throws IllegalArgumentException for the reasons of {@link #test(double[][], double[][])}
   */
  public Result test(float[][] reference, float[][] current) {
    return test(CompleteRows.of(reference, "reference"), CompleteRows.of(current, "current"));
  }

  /** Sums of kernel values. The sums of any deal follow from the sum inside its smaller sample. */
  private static final class Kernel {
    private final PairMatrix values;
    private final int first;
    private final double[] rowSums;
    private final double total;

    Kernel(PairMatrix values, int first) {
      this.values = values;
      this.first = first;
      this.rowSums = values.rowSums();
      this.total = Arrays.stream(rowSums).sum() / 2;
    }

    /** The first rows of the order are one sample, the others the other sample. */
    double discrepancy(int[] order) {
      int second = order.length - first;
      boolean firstIsSmaller = first <= second;
      int[] smaller =
          firstIsSmaller
              ? Arrays.copyOf(order, first)
              : Arrays.copyOfRange(order, first, order.length);
      Arrays.sort(smaller);
      double inside = values.sumInside(smaller);
      double touching = 0;
      for (int row : smaller) {
        touching += rowSums[row];
      }
      double cross = touching - 2 * inside;
      double outside = total - inside - cross;
      double ofFirst = firstIsSmaller ? inside : outside;
      double ofSecond = firstIsSmaller ? outside : inside;
      double n = first;
      double m = second;
      return 2 * (ofFirst / (n * (n - 1)) + ofSecond / (m * (m - 1)) - cross / (n * m));
    }
  }

  /**
   * The result of the test.
   *
   * @param statistic the squared discrepancy, at most 2; below 0 if the samples are more alike than
   *     random variation makes them
   * @param pValue from permutations, above 0
   * @param bandwidth s of the kernel, in the unit of the columns; 0 if all rows are equal
   * @param referenceRows rows of the reference that took part
   * @param currentRows current rows that took part
   */
  public record Result(
      double statistic, double pValue, double bandwidth, int referenceRows, int currentRows)
      implements TestResult {}
}
