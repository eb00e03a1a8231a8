package io.mlops4j.monitor.stats.multivariate;

import io.mlops4j.monitor.stats.TestResult;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Maximum mean discrepancy of two samples of rows, squared and unbiased, with a Gaussian kernel:
 * {@code MMD2 = mean k(x, x') + mean k(y, y') - 2 mean k(x, y)} over all pairs of different rows,
 * {@code k(a, b) = exp(-|a - b|^2 / (2 s^2))} (Gretton and others, A kernel two-sample test, 2012).
 * It sees any difference of two distributions in many dimensions, such as embeddings, if there are
 * rows enough. Being unbiased it is negative about as often as not when there is none.
 *
 * <p><b>Bandwidth.</b> s is the median of the distances of all pairs of pooled rows, unless given
 * ({@link #withBandwidth(double)}). When more than half of the pairs are equal, it is the mean of
 * the distances that are not 0. Columns of different units should be standardised before: the
 * widest one decides otherwise.
 *
 * <p><b>P-value.</b> From permutations of the pooled rows, {@code (1 + #{T* >= T}) / (1 + B)}, 199
 * of them by default: valid at any size, never below 1 / (1 + B), the same for the same seed.
 *
 * <p><b>Cost.</b> Time and memory grow with the square of the rows: of a sample of more than
 * {@value #MOST_ROWS} rows, or of {@link #withMostRows(int)}, so many are drawn by the seed; the
 * result says how many took part.
 *
 * <p><b>Special values.</b> A row with a NaN is left out, infinite values, and those beyond 1e150,
 * are refused. When all rows of both samples are equal, the statistic is 0 and p = 1.
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
   * The median as bandwidth, 199 permutations with seed 0, at most {@value #MOST_ROWS} rows of each
   * sample.
   *
   * @return the test
   */
  public static MaximumMeanDiscrepancy withDefaults() {
    return DEFAULTS;
  }

  /**
   * The same test with a bandwidth of its own, which keeps statistics of several windows
   * comparable.
   *
   * @param width the bandwidth s, above 0 and finite
   * @return a test of its own
   * @throws IllegalArgumentException when the bandwidth is out of range
   */
  public MaximumMeanDiscrepancy withBandwidth(double width) {
    if (!(width > 0 && width < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "width = " + width + ": a bandwidth is above 0 and finite");
    }
    return new MaximumMeanDiscrepancy(width, permutations, mostRows);
  }

  /**
   * The same test with other permutations.
   *
   * @param count how many, at least 1; p cannot fall below 1 / (1 + count)
   * @param seed decides on the permutations and on the rows that are drawn
   * @return a test of its own
   * @throws IllegalArgumentException when there are none
   */
  public MaximumMeanDiscrepancy withPermutations(int count, long seed) {
    return new MaximumMeanDiscrepancy(bandwidth, new Permutations(count, seed), mostRows);
  }

  /**
   * The same test with more or fewer rows.
   *
   * @param rows the most rows of each sample that take part, from 2 to 20 000
   * @return a test of its own
   * @throws IllegalArgumentException when the number is out of range
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
   * @throws IllegalArgumentException when a sample has too few rows, rows differ in length or a
   *     value is infinite or beyond 1e150
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
   * @throws IllegalArgumentException as for {@link #test(double[][], double[][])}
   */
  public Result test(float[][] reference, float[][] current) {
    return test(CompleteRows.of(reference, "reference"), CompleteRows.of(current, "current"));
  }

  /** Sums of kernel values; those of any deal follow from the sum inside its smaller sample. */
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

    /** The first rows of the order are one sample, the others the other one. */
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
   * The answer of the test.
   *
   * @param statistic the squared discrepancy, at most 2, below 0 when the samples are more alike
   *     than chance makes them
   * @param pValue from permutations, above 0
   * @param bandwidth s of the kernel, in the unit of the columns; 0 when all rows are equal
   * @param referenceRows rows of the reference that took part
   * @param currentRows current rows that took part
   */
  public record Result(
      double statistic, double pValue, double bandwidth, int referenceRows, int currentRows)
      implements TestResult {}
}
