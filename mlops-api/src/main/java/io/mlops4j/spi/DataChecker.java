package io.mlops4j.spi;

import io.mlops4j.feature.FeatureBatch;
import java.util.Set;

/**
 * Checks a data set for broken rows, for callers that must not depend on a module with statistics,
 * such as the command line. {@link java.util.ServiceLoader} finds the implementation; {@code
 * mlops-monitor} provides one. Thread safe.
 */
public interface DataChecker {
  /**
   * Checks the current rows with bounds that are learned from the reference. Each side is read
   * once, in memory that does not grow with the rows, and closed by the caller.
   *
   * @param reference good rows, not empty
   * @param current the rows to check, not empty
   * @param except names of columns to leave out, such as keys; often empty
   * @return the report
   * @throws io.mlops4j.error.DataException if rows cannot be read
   * @throws IllegalArgumentException if a side has no rows, or if {@code except} names a column
   *     that the reference does not have
   */
  Report check(
      Iterable<FeatureBatch> reference, Iterable<FeatureBatch> current, Set<String> except);

  /** The results of all checks. Immutable and thread safe. */
  interface Report {
    /**
     * Returns whether no check failed.
     *
     * @return true also if no check was made, see {@link #checks}
     */
    boolean passed();

    /**
     * Returns the number of checks that were made.
     *
     * @return 0 or more; with 0, the report says nothing about the rows
     */
    int checks();

    /**
     * Returns the report as text for people, one line for each failed check.
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
