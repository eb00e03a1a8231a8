package io.mlops4j.spi;

import io.mlops4j.feature.FeatureBatch;
import java.util.Set;

/**
 * Compares two data sets, for callers that must not depend on a module with statistics, such as the
 * command line. {@link java.util.ServiceLoader} finds the implementation; {@code mlops-monitor}
 * provides one. Thread safe.
 */
public interface DriftReporter {
  /**
   * Compares the current rows with the reference, column by column. Each side is read once, and
   * closed by the caller.
   *
   * @param reference the rows to compare with, not empty
   * @param current the rows that may have drifted, not empty
   * @param except names of columns to leave out, such as keys and labels; often empty
   * @return the report
   * @throws io.mlops4j.error.DataException if rows cannot be read
   * @throws IllegalArgumentException if a side has no rows, or if {@code except} names a column
   *     that the reference does not have
   */
  Report report(
      Iterable<FeatureBatch> reference, Iterable<FeatureBatch> current, Set<String> except);

  /** The result of a comparison. Immutable and thread safe. */
  interface Report {
    /**
     * Returns whether at least one column has drifted.
     *
     * @return true if a column has drifted; false also if no column could be judged, see {@link
     *     #judged}
     */
    boolean drifted();

    /**
     * Returns the number of columns that could be judged.
     *
     * @return 0 or more; with 0, the comparison says nothing about drift
     */
    int judged();

    /**
     * Returns the report as text for people, one line for each column.
     *
     * @return lines that end with a line feed
     */
    String text();

    /**
     * Returns the report for programs.
     *
     * @return one JSON object
     */
    String json();

    /**
     * Returns the report as a self-contained page, without links to scripts, styles or images.
     *
     * @param title the title of the page, which names what was compared
     * @return an HTML document
     */
    String html(String title);
  }
}
