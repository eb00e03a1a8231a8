package io.mlops4j.spi;

import io.mlops4j.feature.FeatureBatch;
import java.util.Set;

/**
 * Compares two data sets, for callers that must not depend on the module that measures, such as the
 * command line. Found by {@link java.util.ServiceLoader}; {@code mlops-monitor} provides one.
 * Thread safe.
 */
public interface DriftReporter {
  /**
   * Compares the current rows with the reference, column by column. Both are read once.
   *
   * @param reference the rows to compare with, not empty
   * @param current the rows that may have drifted, not empty
   * @param except names of columns to leave out, such as keys and labels; often empty
   * @return what was found
   * @throws io.mlops4j.error.DataException if rows cannot be read
   * @throws IllegalArgumentException if a side has no rows, or {@code except} names a column that
   *     the reference does not have
   */
  Report report(
      Iterable<FeatureBatch> reference, Iterable<FeatureBatch> current, Set<String> except);

  /** What a comparison found. Immutable and thread safe. */
  interface Report {
    /**
     * Whether at least one column has drifted.
     *
     * @return false also when no column could be judged, see {@link #judged}
     */
    boolean drifted();

    /**
     * How many columns could be judged.
     *
     * @return 0 if nothing is known about drift
     */
    int judged();

    /**
     * The report for people, a line for each column.
     *
     * @return lines that end with a line feed
     */
    String text();

    /**
     * The report for programs.
     *
     * @return one JSON object
     */
    String json();

    /**
     * The report as a page that needs nothing else.
     *
     * @return HTML
     */
    String html();
  }
}
