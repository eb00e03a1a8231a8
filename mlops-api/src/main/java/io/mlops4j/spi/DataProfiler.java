package io.mlops4j.spi;

import io.mlops4j.feature.FeatureBatch;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Summarises a data set, for callers that must not depend on a module with statistics, such as the
 * command line. {@link java.util.ServiceLoader} finds the implementation; {@code mlops-monitor}
 * provides one. Thread safe.
 */
public interface DataProfiler {
  /**
   * Summarises rows column by column, in memory that does not grow with the rows. The rows are read
   * once, and closed by the caller.
   *
   * @param rows the rows
   * @param columns names of the columns to summarise; empty for all. A field of a struct is named
   *     by its path, such as {@code address.city}, and a struct stands for all its fields
   * @param except names of columns to leave out, such as keys, by the same rules; often empty
   * @return the summary
   * @throws io.mlops4j.error.DataException if rows cannot be read
   * @throws IllegalArgumentException if {@code columns} or {@code except} names a column that the
   *     rows do not have
   */
  Summary profile(Iterable<FeatureBatch> rows, Set<String> columns, Set<String> except);

  /**
   * Learns from healthy rows how a monitor compares live rows with them, in bounded memory. The
   * rows are read once, and closed by the caller. The JSON of the result is
   *
   * <pre>
   * {"rows", "time", "window": ISO 8601, "windowRows", "columns": [],
   *  "boundFactors": {column: factor}, "digest", "summary"}
   * </pre>
   *
   * @param rows the rows
   * @param time the column of timestamps or dates; null for the only one
   * @param columns names of the columns to watch, as in {@link #profile}; empty for all but the
   *     time
   * @param except names of columns to leave out, such as labels
   * @param keys names of columns that identify a row, and are not watched
   * @return what was learned
   * @throws io.mlops4j.error.DataException if there are no rows, no row has a time, the time is no
   *     column of the rows or of another type, no time is named and not exactly one column can be
   *     it, or rows cannot be read
   * @throws IllegalArgumentException if another name is not that of a column of the rows
   */
  Summary reference(
      Iterable<FeatureBatch> rows,
      @Nullable String time,
      Set<String> columns,
      Set<String> except,
      Set<String> keys);

  /** The summary of a data set. Immutable and thread safe. */
  interface Summary {
    /**
     * Returns the number of rows.
     *
     * @return 0 or more
     */
    long rows();

    /**
     * Returns the summary as text for people, one line for each column.
     *
     * @return lines that end with a line feed
     */
    String text();

    /**
     * Returns the summary for programs.
     *
     * @return one JSON object
     */
    String json();

    /**
     * Returns the summary in the form that the monitor reads back, for example as a reference.
     *
     * @return the bytes, the same for the same rows
     */
    byte[] bytes();
  }
}
