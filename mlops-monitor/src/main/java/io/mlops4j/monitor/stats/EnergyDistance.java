package io.mlops4j.monitor.stats;

/**
 * Energy distance, {@code sqrt(2 * integral of (F1(x) - F2(x))^2 dx)}, with the empirical
 * distribution functions F1 and F2. Its unit is the root of the unit of the values. Agrees with
 * {@code scipy.stats.energy_distance}.
 *
 * <p><b>Binned.</b> Every row stands at the position of its bin. If no row of bin i is further than
 * {@code r_i} from it, the error of the squared distance is at most {@code 4 sum (p_i + q_i) r_i},
 * with p and q the shares of the bin in both samples.
 *
 * <p>NaN is left out. Infinities are at an infinite distance: the statistic is infinite if the
 * samples differ in the share of one of them. Ties need no special treatment. Equal samples and
 * equal constants give 0. This is an effect size without a p-value.
 */
public final class EnergyDistance {
  private static final EnergyDistance DEFAULTS = new EnergyDistance();

  private EnergyDistance() {}

  /** {@return the distance, which has no options} */
  public static EnergyDistance withDefaults() {
    return DEFAULTS;
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
    return Math.sqrt(
        2 * StepDifference.integral(first, second, difference -> difference * difference));
  }

  /**
   * Computes the distance of two samples that were counted in shared bins.
   *
   * @param reference counts per bin
   * @param current counts in the same bins
   * @param positions where the rows of each bin stand, ascending and finite
   * @return the distance, 0 or more
   * @throws IllegalArgumentException if the lengths differ, a count is negative, a sample counts no
   *     rows, or the positions are not ascending and finite
   */
  public double statistic(long[] reference, long[] current, double[] positions) {
    Counts counts = Counts.of(reference, current);
    Wasserstein.checkPositions(positions, counts.bins());
    return Math.sqrt(
        2 * StepDifference.integral(counts, positions, difference -> difference * difference));
  }
}
