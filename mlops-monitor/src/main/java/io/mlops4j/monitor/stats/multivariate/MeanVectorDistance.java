package io.mlops4j.monitor.stats.multivariate;

import io.mlops4j.monitor.stats.TestResult;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Distance of the mean vectors of two samples of rows, for example of embeddings. It is the
 * cheapest sign that they moved, and it reacts to the mean only; {@link MaximumMeanDiscrepancy}
 * detects the rest.
 *
 * <p><b>P-value.</b> From permutations of the pooled rows, {@code (1 + #{T* >= T}) / (1 + B)}, 199
 * of them by default. It is the same for the same seed and takes time proportional to B, rows and
 * columns.
 *
 * <p><b>Special values.</b> A row with a NaN is left out. Infinite values, and values beyond 1e150,
 * are rejected. Equal samples and equal constants give 0 and p = 1. The cosine of a mean vector of
 * length 0 is undefined: two such vectors have the distance 0, and such a vector has the distance 1
 * from any other. For a reference without spread, the standardised distance is 0 for an equal mean
 * and infinite for any other.
 */
public final class MeanVectorDistance {
  private static final MeanVectorDistance DEFAULTS =
      new MeanVectorDistance(Form.STANDARDISED, new Permutations(199, 0));

  private final Form form;
  private final Permutations permutations;

  private MeanVectorDistance(Form form, Permutations permutations) {
    this.form = form;
    this.permutations = permutations;
  }

  /** {@return the test of the standardised distance, 199 permutations with seed 0} */
  public static MeanVectorDistance withDefaults() {
    return DEFAULTS;
  }

  /**
   * Returns the same test of {@code |mean1 - mean2|}, in the unit of the columns.
   *
   * @return a changed copy
   */
  public MeanVectorDistance euclidean() {
    return with(Form.EUCLIDEAN);
  }

  /**
   * Returns the same test of {@code 1 - cos(mean1, mean2)}, from 0 to 2; only the directions count.
   *
   * @return a changed copy
   */
  public MeanVectorDistance cosine() {
    return with(Form.COSINE);
  }

  MeanVectorDistance with(Form distance) {
    return new MeanVectorDistance(distance, permutations);
  }

  /**
   * Returns the same test with other permutations.
   *
   * @param count the number of permutations, at least 1; p cannot fall below 1 / (1 + count)
   * @param seed decides the permutations
   * @return a changed copy
   * @throws IllegalArgumentException if there are none
   */
  public MeanVectorDistance withPermutations(int count, long seed) {
    return new MeanVectorDistance(form, new Permutations(count, seed));
  }

  /**
   * Tests two samples.
   *
   * @param reference rows of equal length, at least one without a NaN
   * @param current rows of the same columns in the same order, at least one without a NaN
   * @return the distance and its p-value
   * @throws IllegalArgumentException if a sample has no row, rows differ in length or a value is
   *     infinite
   */
  public TestResult test(double[][] reference, double[][] current) {
    double[][] first = CompleteRows.of(reference, "reference", 1);
    double[][] second = CompleteRows.of(current, "current", 1);
    CompleteRows.checkColumns(first, second);
    double[] means = CompleteRows.means(first);
    double spread = form == Form.STANDARDISED ? spread(first, means) : 1;
    double statistic = form.of(means, CompleteRows.means(second));
    if (statistic == 0) {
      return TestResult.of(0, 1);
    }
    double[][] pooled = CompleteRows.pooled(first, second);
    double[] permuted =
        permutations.statistics(pooled.length, order -> dealt(pooled, order, first.length));
    return TestResult.of(
        statistic / spread,
        Permutations.pValue(statistic, permuted, form.scale(statistic, pooled)));
  }

  /**
   * Tests two samples of embeddings.
   *
   * @param reference vectors of equal length, at least one without a NaN
   * @param current vectors of the same length, at least one without a NaN
   * @return the distance and its p-value
   * @throws IllegalArgumentException for the reasons of {@link #test(double[][], double[][])}
   */
  public TestResult test(float[][] reference, float[][] current) {
    return test(CompleteRows.of(reference, "reference"), CompleteRows.of(current, "current"));
  }

  private double dealt(double[][] pooled, int[] order, int first) {
    return form.of(
        CompleteRows.means(chosen(pooled, order, 0, first)),
        CompleteRows.means(chosen(pooled, order, first, order.length)));
  }

  private static double[][] chosen(double[][] pooled, int[] order, int from, int to) {
    return IntStream.range(from, to).mapToObj(i -> pooled[order[i]]).toArray(double[][]::new);
  }

  /** Root of the summed variances of the columns: the typical distance of a row from the mean. */
  private static double spread(double[][] rows, double[] means) {
    return norm(CompleteRows.deviations(rows, means));
  }

  private static double norm(double[] vector) {
    return Math.sqrt(Arrays.stream(vector).map(x -> x * x).sum());
  }

  /** The distance between two mean vectors. */
  enum Form {
    /**
     * {@code |mean1 - mean2|} over the root of the summed variances of the reference's columns: for
     * one column the difference of means in standard deviations.
     */
    STANDARDISED,
    /** {@code |mean1 - mean2|}, in the unit of the columns. */
    EUCLIDEAN,
    /** {@code 1 - cos(mean1, mean2)}, from 0 to 2; only the directions count. */
    COSINE {
      @Override
      double of(double[] first, double[] second) {
        double lengths = norm(first) * norm(second);
        if (lengths == 0) {
          return norm(first) == norm(second) ? 0 : 1;
        }
        // |a/|a| - b/|b||^2 / 2, without the cancellation in 1 - cos
        double sum = 0;
        for (int j = 0; j < first.length; j++) {
          double difference = first[j] / norm(first) - second[j] / norm(second);
          sum += difference * difference;
        }
        return sum / 2;
      }

      /** Half the square of a chord, whose rounding error is relative to 1. */
      @Override
      double scale(double statistic, double[][] pooled) {
        return Math.sqrt(statistic);
      }
    };

    /**
     * Means of data with a large offset are rounded by a few units in the last place of the offset.
     */
    private static final double OFFSET = 1.0 / 256;

    double of(double[] first, double[] second) {
      return norm(
          IntStream.range(0, first.length).mapToDouble(j -> first[j] - second[j]).toArray());
    }

    /** The scale of the rounding error of statistics, see {@link Permutations}. */
    double scale(double statistic, double[][] pooled) {
      double[] means = CompleteRows.means(pooled);
      return Math.max(spread(pooled, means), OFFSET * norm(means));
    }
  }
}
