package io.mlops4j.monitor.stats;

import java.util.Objects;

/**
 * Wasserstein-1 distance, {@code integral of |F1(x) - F2(x)| dx}: the average distance by which
 * rows must move to turn one sample into the other, in the unit of the values. Agrees with {@code
 * scipy.stats.wasserstein_distance}.
 *
 * <p>{@link #overReferenceDeviation()} divides it by the population standard deviation (divisor n)
 * of the reference. This is the usual drift score, without unit, with 0.1 as the usual bound. For a
 * constant reference, the deviation is 0; the score is then 0 for an equal current sample and
 * {@link Double#POSITIVE_INFINITY} for any other.
 *
 * <p><b>Binned.</b> Every row stands at the position of its bin. If no row of bin i is further than
 * {@code r_i} from it, the error of the distance is at most {@code sum (p_i + q_i) r_i}, with p and
 * q the shares of the bin in both samples.
 *
 * <p><b>Special values.</b> NaN is left out. Infinities are at an infinite distance: the statistic
 * is infinite if the samples differ in the share of one of them, and finite if they agree. The
 * deviation is that of the finite values.
 *
 * <p>This is an effect size without a p-value.
 */
public final class Wasserstein {
  private static final Wasserstein PLAIN = new Wasserstein(false);
  private static final Wasserstein OVER_DEVIATION = new Wasserstein(true);

  private final boolean overDeviation;

  private Wasserstein(boolean overDeviation) {
    this.overDeviation = overDeviation;
  }

  /** {@return the plain distance, in the unit of the values} */
  public static Wasserstein withDefaults() {
    return PLAIN;
  }

  /**
   * {@return the distance divided by the population standard deviation of the reference, without
   * unit}
   */
  public Wasserstein overReferenceDeviation() {
    return OVER_DEVIATION;
  }

  /**
   * Computes the distance of two samples.
   *
   * @param reference values in any order, at least one that is not NaN
   * @param current values in any order, at least one that is not NaN
   * @return the distance, 0 or more
   * @throws IllegalArgumentException if a sample holds no value
   */
  public double statistic(double[] reference, double[] current) {
    Sample first = Sample.of(reference, "reference");
    Sample second = Sample.of(current, "current");
    double distance = StepDifference.integral(first, second);
    return overDeviation ? score(distance, first.populationDeviation()) : distance;
  }

  /**
   * Computes the distance of two samples that were counted in shared bins. The deviation, if
   * requested, is that of the binned reference.
   *
   * @param reference counts per bin
   * @param current counts in the same bins
   * @param positions where the rows of each bin stand, ascending and finite, for example the mean
   *     of the reference's rows in the bin
   * @return the distance, 0 or more
   * @throws IllegalArgumentException if the lengths differ, a count is negative, a sample counts no
   *     rows, or the positions are not ascending and finite
   */
  public double statistic(long[] reference, long[] current, double[] positions) {
    Counts counts = Counts.of(reference, current);
    checkPositions(positions, counts.bins());
    return overDeviation
        ? score(distance(counts, positions), deviation(counts, positions))
        : distance(counts, positions);
  }

  /**
   * Computes the binned distance divided by a given deviation, for example one that a profile knows
   * from the moments of all rows.
   *
   * @param reference counts per bin
   * @param current counts in the same bins
   * @param positions where the rows of each bin stand, ascending and finite
   * @param referenceDeviation population standard deviation of the reference, 0 or more; used even
   *     without {@link #overReferenceDeviation()}
   * @return the score, 0 or more; infinite if the deviation is 0 and the samples differ
   * @throws IllegalArgumentException for the reasons of {@link #statistic(long[], long[],
   *     double[])}, and if the deviation is negative or not finite
   */
  public double statistic(
      long[] reference, long[] current, double[] positions, double referenceDeviation) {
    if (!(referenceDeviation >= 0) || Double.isInfinite(referenceDeviation)) {
      throw new IllegalArgumentException(
          "referenceDeviation = "
              + referenceDeviation
              + ": a standard deviation is finite and not negative");
    }
    Counts counts = Counts.of(reference, current);
    checkPositions(positions, counts.bins());
    return score(distance(counts, positions), referenceDeviation);
  }

  private static double distance(Counts counts, double[] positions) {
    return StepDifference.integral(counts, positions);
  }

  private static double score(double distance, double deviation) {
    return distance == 0 ? 0 : distance / deviation;
  }

  private static double deviation(Counts counts, double[] positions) {
    double mean = 0;
    for (int i = 0; i < positions.length; i++) {
      mean += counts.referenceShare(i) * positions[i];
    }
    double variance = 0;
    for (int i = 0; i < positions.length; i++) {
      variance += counts.referenceShare(i) * (positions[i] - mean) * (positions[i] - mean);
    }
    return isConstant(counts) ? 0 : Math.sqrt(variance);
  }

  private static boolean isConstant(Counts counts) {
    long largest = 0;
    for (int i = 0; i < counts.bins(); i++) {
      largest = Math.max(largest, counts.reference(i));
    }
    return largest == counts.referenceRows();
  }

  private static void checkPositions(double[] positions, int bins) {
    Objects.requireNonNull(positions, "positions");
    if (positions.length != bins) {
      throw new IllegalArgumentException(
          "positions has length %s, the counts have %s bins: one position per bin is needed"
              .formatted(positions.length, bins));
    }
    for (int i = 0; i < bins; i++) {
      if (!Double.isFinite(positions[i]) || (i > 0 && positions[i] < positions[i - 1])) {
        throw new IllegalArgumentException(
            "positions[%s] = %s: positions must be finite and in ascending order"
                .formatted(i, positions[i]));
      }
    }
  }
}
