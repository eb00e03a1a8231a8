package io.mlops4j.monitor.stats;

/**
 * Cramér's V of the 2 x k table of two samples over k categories: {@code sqrt(X2 / N)}, where X2 is
 * the {@link ChiSquare} statistic without correction and N the number of rows of both samples. It
 * is the effect size for the test of homogeneity, without bias correction, like {@code
 * scipy.stats.contingency.association(table, "cramer")}. A single category gives 0. Its largest
 * possible value is below 1 if the samples share a category.
 */
public final class CramersV {
  private static final CramersV DEFAULTS = new CramersV();

  private CramersV() {}

  /** {@return the statistic, which has no options} */
  public static CramersV withDefaults() {
    return DEFAULTS;
  }

  /**
   * Computes the statistic.
   *
   * @param reference counts per bin, in any order of bins
   * @param current counts in the same bins
   * @return from 0 for equal shares to 1 for samples without a common category
   * @throws IllegalArgumentException if the lengths differ, a count is negative or a sample counts
   *     no rows
   */
  public double statistic(long[] reference, long[] current) {
    Counts counts = Counts.of(reference, current);
    double rows = (double) counts.referenceRows() + counts.currentRows();
    return Math.sqrt(
        ChiSquare.withDefaults().withYates(false).test(reference, current).statistic() / rows);
  }
}
