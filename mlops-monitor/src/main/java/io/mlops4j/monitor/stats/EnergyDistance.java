package io.mlops4j.monitor.stats;

/**
 * Energy distance, {@code sqrt(2 * integral of (F1(x) - F2(x))^2 dx)}, F1 and F2 the empirical
 * distribution functions; in the root of the unit of the values. Agrees with {@code
 * scipy.stats.energy_distance}.
 *
 * <p><b>Binned.</b> Every row stands at the position of its bin. If no row of bin i is further than
 * {@code r_i} from it, the square of the distance is off by at most {@code 4 sum (p_i + q_i) r_i},
 * p and q the shares of the bin in both samples.
 *
 * <p>NaN is left out. Infinities are at an infinite distance: the statistic is infinite when the
 * samples differ in the share of one of them. Ties need no care; equal samples and equal constants
 * give 0. An effect size without a p-value of its own.
 */
public final class EnergyDistance {
  private static final EnergyDistance DEFAULTS = new EnergyDistance();

  private EnergyDistance() {}

  /**
   * The distance; it has no options.
   *
   * @return the statistic
   */
  public static EnergyDistance withDefaults() {
    return DEFAULTS;
  }

  /**
   * The distance of two samples.
   *
   * @param reference values in any order, at least one that is not NaN
   * @param current values in any order, at least one that is not NaN
   * @return the distance, 0 or more
   * @throws IllegalArgumentException when a sample holds no value
   */
  public double statistic(double[] reference, double[] current) {
    Sample first = Sample.of(reference, "reference");
    Sample second = Sample.of(current, "current");
    return Math.sqrt(
        2 * StepDifference.integral(first, second, difference -> difference * difference));
  }

  /**
   * The distance of two samples that were counted in shared bins.
   *
   * @param reference counts per bin
   * @param current counts in the same bins
   * @param positions where the rows of each bin stand, ascending and finite
   * @return the distance, 0 or more
   * @throws IllegalArgumentException when the lengths differ, a count is negative, a sample counts
   *     no rows, or the positions are not ascending and finite
   */
  public double statistic(long[] reference, long[] current, double[] positions) {
    Counts counts = Counts.of(reference, current);
    Wasserstein.checkPositions(positions, counts.bins());
    return Math.sqrt(
        2 * StepDifference.integral(counts, positions, difference -> difference * difference));
  }
}
