package io.mlops4j.monitor.profile;

/**
 * What of a profile may be shown to people and other programs. The binary form is no export: it has
 * all of a profile, as it is to be merged and compared, and is to be kept as the data are.
 *
 * <p>Names of categories that few rows have can point to a person, as can a least or a greatest
 * value. The defaults suppress names of fewer than {@value #SMALLEST_COUNT} rows, and show
 * extremes. Suppressed categories are still counted, without a name; so are all totals. This is
 * suppression of small counts, not anonymity: who compares two exports of nearly the same rows can
 * learn more. Numbers are exported in the bins of the reference, whose edges are values that it
 * had.
 *
 * <p>Immutable and thread safe.
 */
public final class ExportRules {
  /** The default of {@link #smallestCount}. */
  public static final int SMALLEST_COUNT = 5;

  private static final ExportRules DEFAULTS = new ExportRules(SMALLEST_COUNT, true);

  private final int smallestCount;
  private final boolean extremes;

  private ExportRules(int smallestCount, boolean extremes) {
    this.smallestCount = smallestCount;
    this.extremes = extremes;
  }

  /**
   * Names of five rows or more, and extremes.
   *
   * @return the defaults
   */
  public static ExportRules withDefaults() {
    return DEFAULTS;
  }

  /**
   * Other rules for names.
   *
   * @param rows a category with fewer rows is counted without its name; 1 shows all
   * @return rules of their own
   * @throws IllegalArgumentException if it is below 1
   */
  public ExportRules withSmallestCount(int rows) {
    if (rows < 1) {
      throw new IllegalArgumentException("rows: found " + rows + ", expected 1 or more");
    }
    return new ExportRules(rows, extremes);
  }

  /**
   * Rules that show neither least nor greatest values, of numbers, times and lengths of texts, nor
   * the edges of bins at them.
   *
   * @return rules of their own
   */
  public ExportRules withoutExtremes() {
    return new ExportRules(smallestCount, false);
  }

  /**
   * With how many rows a category has its name.
   *
   * @return 1 or more
   */
  public int smallestCount() {
    return smallestCount;
  }

  /**
   * Whether least and greatest values are shown.
   *
   * @return false to suppress them
   */
  public boolean extremes() {
    return extremes;
  }
}
