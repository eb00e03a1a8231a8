package io.mlops4j.monitor;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The amount of traffic that is compared with the reference at a time. Each version of a model has
 * windows of its own. Immutable.
 *
 * <p>Traffic has seasons. A window with other weekdays or hours than the reference differs from it
 * although nothing is wrong. Choose a window of whole days or weeks, or a number of rows that takes
 * as long.
 *
 * <p>A <em>sliding</em> window is judged after every step and covers the newest rows up to its
 * length. It finds a small change as well as a long window does, and a large one after one step. It
 * is merged from one pane for each step, so its memory is that of {@code length / step} windows.
 */
public final class Window {
  /** The largest number of steps in the length of a sliding window. */
  static final int MOST_PANES = 100;

  private final long rows;
  private final @Nullable Duration time;
  private final int panes;

  /**
   * @param rows the rows of a pane
   * @param time the time of a pane; null for rows
   */
  private Window(long rows, @Nullable Duration time, int panes) {
    this.rows = rows;
    this.time = time;
    this.panes = panes;
  }

  /**
   * Returns a window of a number of rows. It ends with the batch that fills it.
   *
   * @param rows at least 1
   * @return the window
   * @throws IllegalArgumentException if {@code rows} is below 1
   */
  public static Window ofRows(int rows) {
    return sliding(rows, rows);
  }

  /**
   * Returns a window of a length of time, by the monitor's clock. It ends with the first batch
   * after that time. Windows of whole days begin at midnight UTC, those of whole hours at the full
   * hour, and those of whole minutes at the full minute, so that each window covers the same part
   * of the day. The first window is shorter. A version that answered only a part of it, because it
   * replaced another version or was replaced, is not judged on it; its rows are counted in {@link
   * MonitorCounts#discarded}.
   *
   * @param time more than zero
   * @return the window
   * @throws IllegalArgumentException if {@code time} is not more than zero
   */
  public static Window of(Duration time) {
    Objects.requireNonNull(time, "time");
    return sliding(time, time);
  }

  /**
   * Returns a window of the newest rows that is judged after every step. The first windows are
   * shorter: one step, two steps, and so on.
   *
   * @param length the number of rows, a multiple of the step and at most 100 times the step
   * @param step the number of rows between two judgements, at least 1; a step ends with the batch
   *     that fills it
   * @return the window
   * @throws IllegalArgumentException if the step is below 1 or does not fit the length
   */
  public static Window sliding(int length, int step) {
    if (step < 1) {
      throw new IllegalArgumentException("rows: found " + step + ", expected at least 1");
    }
    checkFits(length % step == 0 && length / step <= MOST_PANES && length > 0, length, step);
    return new Window(step, null, length / step);
  }

  /**
   * Returns a window of the newest time that is judged after every step. The first windows are
   * shorter: one step, two steps, and so on. Steps without rows make a window shorter, too.
   *
   * @param length the length of time, a multiple of the step and at most 100 times the step
   * @param step the time between two judgements, more than zero; a step ends with the first batch
   *     after that time
   * @return the window
   * @throws IllegalArgumentException if the step is not more than zero or does not fit the length
   */
  public static Window sliding(Duration length, Duration step) {
    Objects.requireNonNull(length, "length");
    Objects.requireNonNull(step, "step");
    if (step.isNegative() || step.isZero()) {
      throw new IllegalArgumentException("time: found " + step + ", expected more than zero");
    }
    long panes = length.dividedBy(step);
    checkFits(isMultiple(length, step) && panes >= 1 && panes <= MOST_PANES, length, step);
    return new Window(Long.MAX_VALUE, step, (int) panes);
  }

  private static boolean isMultiple(Duration length, Duration step) {
    return step.multipliedBy(length.dividedBy(step)).equals(length);
  }

  private static void checkFits(boolean fits, Object length, Object step) {
    if (!fits) {
      throw new IllegalArgumentException(
          "length: found %s with a step of %s, expected 1 to %d times the step"
              .formatted(length, step, MOST_PANES));
    }
  }

  /** The whole length of time; null for a number of rows. */
  @Nullable Duration time() {
    return time == null ? null : time.multipliedBy(panes);
  }

  /** The rows of a step; the largest number if its time ends it. */
  long rows() {
    return rows;
  }

  /** Whether a window is full of a number of rows. */
  boolean isFullOf(long seen) {
    return time == null && seen >= rows * panes;
  }

  /** Whether a pane is full of a number of rows. */
  boolean endsPane(long seen) {
    return seen >= rows;
  }

  /**
   * Whether a pane of a length of time ended before now: its time is over, or the clock was set
   * back.
   *
   * @param last the time of the newest rows of the pane
   */
  boolean isOver(Instant from, Instant last, Instant now) {
    if (time == null) {
      return false;
    }
    ChronoUnit unit = unit(time);
    Duration age = Duration.between(from.truncatedTo(unit), now.truncatedTo(unit));
    return now.isBefore(last) || age.compareTo(time) >= 0;
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
  Instant begin(Instant at) {
    return time == null ? at : at.truncatedTo(unit(time));
  }

  /** Whether panes that begin within a second of each other begin at the same time. */
  boolean hasWholeSeconds() {
    return time == null || unit(time) != ChronoUnit.NANOS;
  }

  /** The number of panes of a window. */
  int panes() {
    return panes;
  }

  /** Whether an earlier pane is part of a window that ends now. */
  boolean covers(Pane pane, Instant now) {
    return time == null || Duration.between(pane.last(), now).compareTo(time()) <= 0;
  }

  @Override
  public String toString() {
    String step = time == null ? rows + " rows" : time.toString();
    return panes == 1 ? step : panes + " times " + step;
  }
}
