package io.mlops4j.monitor.stats.multivariate;

import io.mlops4j.monitor.stats.TestResult;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * Distance of the mean vectors of two samples of rows, such as embeddings: the cheapest sign that
 * they moved, blind to everything but the mean. {@link MaximumMeanDiscrepancy} sees the rest.
 *
 * <p><b>P-value.</b> From permutations of the pooled rows, {@code (1 + #{T* >= T}) / (1 + B)}, 199
 * of them by default, the same for the same seed; in time proportional to B, rows and columns.
 *
 * <p><b>Special values.</b> A row with a NaN is left out, infinite values, and those beyond 1e150,
 * are refused. Equal samples and equal constants give 0 and p = 1. The cosine of a mean vector of
 * length 0 is undefined: two of them are at the distance 0, one of them is at the distance 1 from
 * any other. A reference without spread gives the standardised distance 0 for an equal mean and an
 * infinite one for any other.
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

  /**
   * The standardised distance, 199 permutations with seed 0.
   *
   * @return the test
   */
  public static MeanVectorDistance withDefaults() {
    return DEFAULTS;
  }

  /**
   * The same test of another distance.
   *
   * @param distance the form
   * @return a test of its own
   */
  public MeanVectorDistance with(Form distance) {
    return new MeanVectorDistance(Objects.requireNonNull(distance, "distance"), permutations);
  }

  /**
   * The same test with other permutations.
   *
   * @param count how many, at least 1; p cannot fall below 1 / (1 + count)
   * @param seed decides on the permutations
   * @return a test of its own
   * @throws IllegalArgumentException when there are none
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
   * @throws IllegalArgumentException when a sample has no row, rows differ in length or a value is
   *     infinite
   */
  public Result test(double[][] reference, double[][] current) {
    double[][] first = CompleteRows.of(reference, "reference", 1);
    double[][] second = CompleteRows.of(current, "current", 1);
    CompleteRows.checkColumns(first, second);
    double[] means = CompleteRows.means(first);
    double spread = form == Form.STANDARDISED ? spread(first, means) : 1;
    double statistic = form.of(means, CompleteRows.means(second));
    if (statistic == 0) {
      return new Result(0, 1);
    }
    double[][] pooled = CompleteRows.pooled(first, second);
    double[] permuted =
        permutations.statistics(pooled.length, order -> dealt(pooled, order, first.length));
    return new Result(
        statistic / spread,
        Permutations.pValue(statistic, permuted, form.scale(statistic, pooled)));
  }

  /**
   * Tests two samples of embeddings.
   *
   * @param reference vectors of equal length, at least one without a NaN
   * @param current vectors of the same length, at least one without a NaN
   * @return the distance and its p-value
   * @throws IllegalArgumentException as for {@link #test(double[][], double[][])}
   */
  public Result test(float[][] reference, float[][] current) {
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

  /** How far two mean vectors are from each other. */
  public enum Form {
    /**
     * {@code |mean1 - mean2|} over the root of the summed variances of the reference's columns: for
     * one column the difference of means in standard deviations.
     */
    STANDARDISED,
    /** {@code |mean1 - mean2|}, in the unit of the columns. */
    EUCLIDEAN,
    /** {@code 1 - cos(mean1, mean2)}, from 0 to 2, which only the directions decide. */
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

      /** Half the square of a chord, whose own rounding is in proportion to 1. */
      @Override
      double scale(double statistic, double[][] pooled) {
        return Math.sqrt(statistic);
      }
    };

    /** Means are rounded by some units in the last place of an offset that dwarfs the spread. */
    private static final double OFFSET = 1.0 / 256;

    double of(double[] first, double[] second) {
      return norm(
          IntStream.range(0, first.length).mapToDouble(j -> first[j] - second[j]).toArray());
    }

    /** By what statistics are rounded, see {@link Permutations}. */
    double scale(double statistic, double[][] pooled) {
      double[] means = CompleteRows.means(pooled);
      return Math.max(spread(pooled, means), OFFSET * norm(means));
    }
  }

  /**
   * The answer of the test.
   *
   * @param statistic the distance, 0 or more
   * @param pValue from permutations, above 0
   */
  public record Result(double statistic, double pValue) implements TestResult {}
}
