package io.mlops4j.monitor.profile;

import java.util.Arrays;

/**
 * Rules for what of a profile may be shown to people and other programs. The binary form is not an
 * export: it holds everything, because it is merged and compared. Protect it like the data.
 *
 * <p>The name of a category with few rows can identify a person, and so can a smallest or a largest
 * value. The defaults suppress names of categories with fewer than {@value #SMALLEST_COUNT} rows
 * and show extremes. Suppressed categories are still counted, without a name, and totals include
 * them. This suppresses small counts; it does not anonymise. Two exports of nearly the same rows
 * can reveal more when they are compared. Numbers are exported in the bins of the reference, and
 * the edges of those bins are values of the reference.
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

  /** {@return rules that show names of categories with at least five rows, and extremes} */
  public static ExportRules withDefaults() {
    return DEFAULTS;
  }

  /**
   * Returns the same rules with another minimum number of rows for a name.
   *
   * @param rows a category with fewer rows is counted without its name; 1 shows all names
   * @return a changed copy
   * @throws IllegalArgumentException if it is below 1
   */
  public ExportRules withSmallestCount(int rows) {
    if (rows < 1) {
      throw new IllegalArgumentException("rows: found " + rows + ", expected 1 or more");
    }
    return new ExportRules(rows, extremes);
  }

  /**
   * {@return the same rules without extremes: the smallest and largest numbers, times and lengths
   * of texts, and the edges of bins at them, are not shown; a changed copy}
   */
  public ExportRules withoutExtremes() {
    return new ExportRules(smallestCount, false);
  }

  /** {@return the number of rows from which a category is shown by name; 1 or more} */
  public int smallestCount() {
    return smallestCount;
  }

  /**
   * Returns whether a category is shown by name: one of its counts must reach {@link
   * #smallestCount}.
   *
   * @param counts the rows of the category, on each side
   * @return false if the name is suppressed
   */
  public boolean showsCategory(long... counts) {
    return Arrays.stream(counts).anyMatch(count -> count >= smallestCount);
  }

  /** {@return whether smallest and largest values are shown; false if they are suppressed} */
  public boolean extremes() {
    return extremes;
  }
}
