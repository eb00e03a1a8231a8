package io.mlops4j.monitor.stats;

import java.util.Objects;

/**
 * Jensen-Shannon distance or divergence over shared bins. With p and q the shares of a bin and
 * {@code m = (p + q) / 2}, {@code divergence = (sum p log(p / m) + sum q log(q / m)) / 2} and
 * {@code distance = sqrt(divergence)}.
 *
 * <p>Three scales are in use that cannot be compared with one another: the root with the natural
 * logarithm, the root with base 2, and base 2 without root. The default here is the distance with
 * base 2, in [0, 1], like {@code scipy.spatial.distance.jensenshannon(p, q, base=2)}. On that
 * scale, 0.1 is the usual bound for drift.
 *
 * <p>Empty bins need no floor: {@code 0 log 0} is 0, and m is positive if p or q is. Equal shares
 * give 0. The statistic is symmetric. It is an effect size without a p-value.
 */
public final class JensenShannon {
  private static final JensenShannon DEFAULTS = new JensenShannon(LogBase.TWO, Scale.DISTANCE);

  private final LogBase base;
  private final Scale scale;

  private JensenShannon(LogBase base, Scale scale) {
    this.base = base;
    this.scale = scale;
  }

  /** {@return the distance (root) with base 2} */
  public static JensenShannon withDefaults() {
    return DEFAULTS;
  }

  /**
   * Returns the same statistic with another base of the logarithm.
   *
   * @param logBase the base
   * @return a changed copy
   */
  public JensenShannon with(LogBase logBase) {
    return new JensenShannon(Objects.requireNonNull(logBase, "logBase"), scale);
  }

  /**
   * Returns the same statistic with or without the root.
   *
   * @param rootOrNot the scale
   * @return a changed copy
   */
  public JensenShannon with(Scale rootOrNot) {
    return new JensenShannon(base, Objects.requireNonNull(rootOrNot, "rootOrNot"));
  }

  /**
   * Computes the statistic.
   *
   * @param reference counts per bin, in any order of bins
   * @param current counts in the same bins
   * @return from 0 to 1 with base 2; to ln 2, or its root, with base e
   * @throws IllegalArgumentException if the lengths differ, a count is negative or a sample counts
   *     no rows
   */
  public double statistic(long[] reference, long[] current) {
    double nats = Counts.of(reference, current).sum(JensenShannon::term) / 2;
    // rounding can leave a sum of -1e-17 for equal shares
    double divergence = Math.max(0, nats) / base.nats();
    return scale == Scale.DISTANCE ? Math.sqrt(divergence) : divergence;
  }

  private static double term(double p, double q) {
    double m = (p + q) / 2;
    return part(p, m) + part(q, m);
  }

  private static double part(double share, double m) {
    return share == 0 ? 0 : share * Math.log(share / m);
  }

  /** Whether the root is taken. */
  public enum Scale {
    /** The root of the divergence: a metric. */
    DISTANCE,
    /** Without the root: additive, an amount of information. */
    DIVERGENCE
  }
}
