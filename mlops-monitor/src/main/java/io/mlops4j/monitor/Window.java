package io.mlops4j.monitor;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The amount of traffic that is compared with the reference at a time. Immutable.
 *
 * <p>Traffic has seasons. A window with other weekdays or hours than the reference differs from it
 * although nothing is wrong. Choose a window of whole days or weeks, or a number of rows that takes
 * as long.
 */
public final class Window {
  private final long rows;
  private final @Nullable Duration time;

  private Window(long rows, @Nullable Duration time) {
    this.rows = rows;
    this.time = time;
  }

  /**
   * Returns a window of a number of rows. It ends with the batch that fills it.
   *
   * @param rows at least 1
   * @return the window
   * @throws IllegalArgumentException if {@code rows} is below 1
   */
  public static Window ofRows(int rows) {
    if (rows < 1) {
      throw new IllegalArgumentException("rows: found " + rows + ", expected at least 1");
    }
    return new Window(rows, null);
  }

  /**
   * Returns a window of a length of time, by the monitor's clock. It ends with the first batch
   * after that time.
   *
   * @param time more than zero
   * @return the window
   * @throws IllegalArgumentException if {@code time} is not more than zero
   */
  public static Window of(Duration time) {
    Objects.requireNonNull(time, "time");
    if (time.isNegative() || time.isZero()) {
      throw new IllegalArgumentException("time: found " + time + ", expected more than zero");
    }
    return new Window(Long.MAX_VALUE, time);
  }

  /** The length of time; null for a number of rows. */
  @Nullable Duration time() {
    return time;
  }

  boolean isFullOf(long seen) {
    return seen >= rows;
  }

  boolean isOver(Duration age) {
    return time != null && age.compareTo(time) >= 0;
  }

  @Override
  public String toString() {
    return time == null ? rows + " rows" : time.toString();
  }
}
