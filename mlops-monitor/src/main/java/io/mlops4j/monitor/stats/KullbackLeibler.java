package io.mlops4j.monitor.stats;

import java.util.Objects;

/**
 * Kullback-Leibler divergence of the current shares from the reference's over shared bins, {@code
 * sum p log(p / q)}, with p the reference's share of a bin and q the current share. The unit is
 * nats by default. Agrees with {@code scipy.stats.entropy(p, q)}.
 *
 * <p>The divergence is not symmetric; swap the arguments for the other direction. A bin that only
 * the current sample uses adds nothing. A bin that only the reference uses makes the divergence
 * infinite; {@link JensenShannon} is always finite. This is an effect size without a p-value.
 */
public final class KullbackLeibler {
  private static final KullbackLeibler DEFAULTS = new KullbackLeibler(LogBase.E);

  private final LogBase base;

  private KullbackLeibler(LogBase base) {
    this.base = base;
  }

  /** {@return the divergence in nats} */
  public static KullbackLeibler withDefaults() {
    return DEFAULTS;
  }

  /**
   * Returns the divergence with another base of the logarithm.
   *
   * @param logBase the base
   * @return a changed copy
   */
  public KullbackLeibler with(LogBase logBase) {
    return new KullbackLeibler(Objects.requireNonNull(logBase, "logBase"));
  }

  /**
   * Computes the divergence.
   *
   * @param reference counts per bin, in any order of bins
   * @param current counts in the same bins
   * @return 0 for equal shares, {@link Double#POSITIVE_INFINITY} if the current sample lacks a bin
   *     of the reference
   * @throws IllegalArgumentException if the lengths differ, a count is negative or a sample counts
   *     no rows
   */
  public double statistic(long[] reference, long[] current) {
    // rounding can leave a sum of -1e-17 for nearly equal shares
    return Math.max(0, Counts.of(reference, current).sum(KullbackLeibler::term)) / base.nats();
  }

  private static double term(double p, double q) {
    return p == 0 ? 0 : p * Math.log(p / q);
  }
}
