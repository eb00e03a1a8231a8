package io.mlops4j.feature;

import java.util.Locale;
import java.util.Objects;
import java.util.OptionalLong;

/**
 * The progress of reading. Immutable and thread safe.
 *
 * @param rows the number of rows read
 * @param totalRows the number of all rows, if the format states it and there is no filter
 * @param bytes the number of bytes read of the files; for files that DuckDB reads, its estimate
 * @param totalBytes the size of all files; 0 if there are none, as for a query of a database
 */
public record ReadProgress(long rows, OptionalLong totalRows, long bytes, long totalBytes) {
  /**
   * Checks the parts.
   *
   * @param rows the number of rows read
   * @param totalRows the number of all rows, if the format states it and there is no filter
   * @param bytes the number of bytes read of the files; for files that DuckDB reads, its estimate
   * @param totalBytes the size of all files; 0 if there are none, as for a query of a database
   */
  public ReadProgress {
    Objects.requireNonNull(totalRows, "totalRows");
  }

  /**
   * Returns the part that is done.
   *
   * @return 0 to 1; NaN if neither the number of rows nor the bytes are known
   */
  public double fraction() {
    if (totalRows.isPresent()) {
      return totalRows.getAsLong() == 0 ? 1 : Math.min(1, (double) rows / totalRows.getAsLong());
    }
    return totalBytes == 0 ? Double.NaN : Math.min(1, (double) bytes / totalBytes);
  }

  /**
   * Returns a line for people.
   *
   * @return such as {@code 1,200,000 of 3,000,000 rows, 40%}
   */
  public String text() {
    String of =
        totalRows.isPresent() ? String.format(Locale.ROOT, " of %,d", totalRows.getAsLong()) : "";
    double part = fraction();
    String percent =
        Double.isNaN(part) ? "" : String.format(Locale.ROOT, ", %d%%", (int) (100 * part));
    return String.format(Locale.ROOT, "%,d%s rows%s", rows, of, percent);
  }
}
