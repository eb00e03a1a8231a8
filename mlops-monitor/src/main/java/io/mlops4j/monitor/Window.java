package io.mlops4j.monitor;

import io.mlops4j.monitor.live.rows.Span;
import java.time.Duration;
import java.util.Objects;

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
  private static final int MOST_PANES = 100;

  private final Span span;

  private Window(Span span) {
    this.span = span;
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
    return new Window(new Span(step, null, length / step));
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
    checkFits(Span.isMultiple(length, step) && panes >= 1 && panes <= MOST_PANES, length, step);
    return new Window(new Span(Long.MAX_VALUE, step, (int) panes));
  }

  private static void checkFits(boolean fits, Object length, Object step) {
    if (!fits) {
      throw new IllegalArgumentException(
          "length: found %s with a step of %s, expected 1 to %d times the step"
              .formatted(length, step, MOST_PANES));
    }
  }

  Span span() {
    return span;
  }

  @Override
  public String toString() {
    return span.toString();
  }
}
