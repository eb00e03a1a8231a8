package io.mlops4j.monitor.stats;

/**
 * Cramér's V of the 2 x k table of two samples over k categories: {@code sqrt(X2 / N)}, X2 the
 * {@link ChiSquare} statistic without correction and N the rows of both samples. The effect size
 * that belongs to the test of homogeneity, without bias correction, as {@code
 * scipy.stats.contingency.association(table, "cramer")}. A single category gives 0. Its largest
 * possible value falls below 1 as soon as the samples share a category.
 */
public final class CramersV {
  private static final CramersV DEFAULTS = new CramersV();

  private CramersV() {}

  /**
   * The statistic; it has no options.
   *
   * @return the statistic
   */
  public static CramersV withDefaults() {
    return DEFAULTS;
  }

  /**
   * The statistic.
   *
   * @param reference counts per bin, in any order of bins
   * @param current counts in the same bins
   * @return from 0 for equal shares to 1 for samples without a common category
   * @throws IllegalArgumentException when the lengths differ, a count is negative or a sample
   *     counts no rows
   */
  public double statistic(long[] reference, long[] current) {
    Counts counts = Counts.of(reference, current);
    double rows = (double) counts.referenceRows() + counts.currentRows();
    return Math.sqrt(
        ChiSquare.withDefaults().withYates(false).test(reference, current).statistic() / rows);
  }
}
