package io.mlops4j.monitor.live.rows;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The length of a window: a number of panes of so many rows or so much time. Immutable.
 *
 * @param rows the rows of a pane; the largest number if its time ends it
 * @param pane the time of a pane; null for rows
 * @param panes the number of panes, 1 or more
 */
public record Span(long rows, @Nullable Duration pane, int panes) {

  /** Whether a length of time is a number of whole steps. */
  public static boolean isMultiple(Duration length, Duration step) {
    return step.multipliedBy(length.dividedBy(step)).equals(length);
  }

  /** The whole length of time; null for a number of rows. */
  public @Nullable Duration time() {
    return pane == null ? null : pane.multipliedBy(panes);
  }

  /** Whether a window is full of a number of rows. */
  public boolean isFullOf(long seen) {
    return pane == null && seen >= rows * panes;
  }

  /** Whether a pane is full of a number of rows. */
  public boolean endsPane(long seen) {
    return seen >= rows;
  }

  /**
   * Whether a pane of a length of time ended before now: its time is over, or the clock was set
   * back.
   *
   * @param last the time of the newest rows of the pane
   */
  public boolean isOver(Instant from, Instant last, Instant now) {
    if (pane == null) {
      return false;
    }
    ChronoUnit unit = unit(pane);
    Duration age = Duration.between(from.truncatedTo(unit), now.truncatedTo(unit));
    return now.isBefore(last) || age.compareTo(pane) >= 0;
  }

  /**
   * The unit at which panes begin. Without it a day would begin some minutes later each time, and
   * its hours would differ from those of a reference of whole days.
   */
  private static ChronoUnit unit(Duration time) {
    return Stream.of(ChronoUnit.DAYS, ChronoUnit.HOURS, ChronoUnit.MINUTES, ChronoUnit.SECONDS)
        .filter(unit -> isMultiple(time, unit.getDuration()))
        .findFirst()
        .orElse(ChronoUnit.NANOS);
  }

  /**
   * The beginning of the day, hour, minute or second in which a pane of a length of time begins.
   */
  public Instant begin(Instant at) {
    return pane == null ? at : at.truncatedTo(unit(pane));
  }

  /** Whether panes that begin within a second of each other begin at the same time. */
  public boolean hasWholeSeconds() {
    return pane == null || unit(pane) != ChronoUnit.NANOS;
  }

  /** Whether a pane whose newest rows are of this time is part of a window that ends now. */
  public boolean covers(Instant last, Instant now) {
    Duration length = time();
    return length == null || Duration.between(last, now).compareTo(length) <= 0;
  }

  /** The exact length in words, which are part of the state of a monitor. */
  @Override
  public String toString() {
    String step = pane == null ? rows + " rows" : pane.toString();
    return panes == 1 ? step : panes + " times " + step;
  }
}
