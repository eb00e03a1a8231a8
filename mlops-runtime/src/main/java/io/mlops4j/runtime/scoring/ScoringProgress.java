package io.mlops4j.runtime.scoring;

import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The progress of scoring rows. Immutable and thread safe.
 *
 * @param rows the number of rows written, including those of an earlier, interrupted run
 * @param durable the number of these rows that are not scored again after a kill; empty if the run
 *     cannot be resumed. It lags behind by at most two seconds and the time that the disk takes
 * @param total the number of rows of the input, if its format states it
 * @param fraction the part that is done, 0 to 1: of the rows, or, if their number is not known, of
 *     the bytes of the input; NaN if neither is known, as for the query of a database
 * @param rowsPerSecond rows that this run has written per second; 0 at its beginning
 * @param remaining the time until the end at this speed, if fraction and speed are known
 */
public record ScoringProgress(
    long rows,
    OptionalLong durable,
    OptionalLong total,
    double fraction,
    double rowsPerSecond,
    Optional<Duration> remaining) {
  /**
   * Checks the parts.
   *
   * @param rows the number of rows written, including those of an earlier, interrupted run
   * @param durable the number of these rows that are not scored again after a kill
   * @param total the number of rows of the input, if its format states it
   * @param fraction the part that is done, 0 to 1: of the rows, or, if their number is not known,
   *     of the bytes of the input; NaN if neither is known, as for the query of a database
   * @param rowsPerSecond rows that this run has written per second; 0 at its beginning
   * @param remaining the time until the end at this speed, if fraction and speed are known
   */
  public ScoringProgress {
    Objects.requireNonNull(durable, "durable");
    Objects.requireNonNull(total, "total");
    Objects.requireNonNull(remaining, "remaining");
  }

  /**
   * Returns a line for people.
   *
   * @return such as {@code 1,200,000 of 3,000,000 rows, 40%, 1,900,000 rows/s, 1 s left, 1,100,000
   *     rows durable}
   */
  public String text() {
    String of = total.isPresent() ? String.format(Locale.ROOT, " of %,d", total.getAsLong()) : "";
    String part =
        Double.isNaN(fraction) ? "" : String.format(Locale.ROOT, ", %d%%", (int) (100 * fraction));
    String left = remaining.map(time -> ", " + time.toSeconds() + " s left").orElse("");
    String safe =
        durable.orElse(rows) < rows
            ? String.format(Locale.ROOT, ", %,d rows durable", durable.getAsLong())
            : "";
    return String.format(
        Locale.ROOT, "%,d%s rows%s, %,.0f rows/s%s%s", rows, of, part, rowsPerSecond, left, safe);
  }
}
