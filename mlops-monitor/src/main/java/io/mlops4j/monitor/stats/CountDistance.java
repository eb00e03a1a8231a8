package io.mlops4j.monitor.stats;

/**
 * Distances between two samples that were counted in shared bins, in any order of bins, with p the
 * reference's share of a bin and q the current share. They are effect sizes without a p-value, and
 * 0 for equal shares. Empty bins need no floor.
 */
public enum CountDistance {
  /**
   * Cramér's V of the 2 x k table of two samples over k categories: {@code sqrt(X2 / N)}, where X2
   * is the {@link ChiSquare} statistic without correction and N the number of rows of both samples.
   * It is the effect size for the test of homogeneity, without bias correction, like {@code
   * scipy.stats.contingency.association(table, "cramer")}. Its largest value is 1, for samples
   * without a common category.
   */
  CRAMERS_V {
    @Override
    public double between(long[] reference, long[] current) {
      Counts counts = Counts.of(reference, current);
      double rows = (double) counts.referenceRows() + counts.currentRows();
      return Math.sqrt(UNCORRECTED.test(reference, current).statistic() / rows);
    }
  },

  /** Hellinger distance, {@code sqrt(1 - sum sqrt(p q))}: a symmetric metric in [0, 1]. */
  HELLINGER {
    @Override
    public double between(long[] reference, long[] current) {
      // the same sum without its cancellation: 1 - sum sqrt(p q) = sum (sqrt(p) - sqrt(q))^2 / 2
      double sum =
          Counts.of(reference, current)
              .sum(
                  (p, q) -> {
                    double difference = Math.sqrt(p) - Math.sqrt(q);
                    return difference * difference;
                  });
      return Math.sqrt(sum / 2);
    }
  },

  /**
   * Jensen-Shannon distance with base 2, a symmetric metric in [0, 1]: with {@code m = (p + q) /
   * 2}, {@code sqrt((sum p log2(p / m) + sum q log2(q / m)) / 2)}, like {@code
   * scipy.spatial.distance.jensenshannon(p, q, base=2)}. 0.1 is the usual bound for drift.
   *
   * <p>Three scales are in use that cannot be compared with one another. The square of this one is
   * the divergence in bits, and {@code Math.sqrt(Math.log(2))} times this one is the distance with
   * the natural logarithm.
   */
  JENSEN_SHANNON {
    @Override
    public double between(long[] reference, long[] current) {
      double nats =
          Counts.of(reference, current)
                  .sum(
                      (p, q) -> {
                        double m = (p + q) / 2;
                        return part(p, m) + part(q, m);
                      })
              / 2;
      // rounding can leave a sum of -1e-17 for equal shares
      return Math.sqrt(Math.max(0, nats) / Math.log(2));
    }
  },

  /**
   * Kullback-Leibler divergence of the current shares from the reference's in nats, {@code sum p
   * ln(p / q)}, like {@code scipy.stats.entropy(p, q)}; divided by {@code Math.log(2)}, in bits. It
   * is not symmetric; swap the arguments for the other direction. A bin that only the current
   * sample uses adds nothing. A bin that only the reference uses makes the divergence infinite;
   * {@link #JENSEN_SHANNON} is always finite.
   */
  KULLBACK_LEIBLER {
    @Override
    public double between(long[] reference, long[] current) {
      // rounding can leave a sum of -1e-17 for nearly equal shares
      return Math.max(0, Counts.of(reference, current).sum(CountDistance::part));
    }
  },

  /** L-infinity distance, {@code max |p - q|}: the largest change of the share of any one bin. */
  MAXIMUM_DIFFERENCE {
    @Override
    public double between(long[] reference, long[] current) {
      return Counts.of(reference, current).max((p, q) -> Math.abs(p - q));
    }
  },

  /** Total variation, {@code sum |p - q| / 2}: the share of rows that must change their bin. */
  TOTAL_VARIATION {
    @Override
    public double between(long[] reference, long[] current) {
      return Counts.of(reference, current).sum((p, q) -> Math.abs(p - q)) / 2;
    }
  };

  private static final ChiSquare UNCORRECTED = ChiSquare.withDefaults().withYates(false);

  private static double part(double share, double of) {
    return share == 0 ? 0 : share * Math.log(share / of);
  }

  /**
   * Computes the distance.
   *
   * @param reference counts per bin, in any order of bins
   * @param current counts in the same bins
   * @return 0 for equal shares; at most 1 unless the distance says
   * @throws IllegalArgumentException if the lengths differ, a count is negative or a sample counts
   *     no rows
   */
  public abstract double between(long[] reference, long[] current);
}
