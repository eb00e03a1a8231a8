package io.mlops4j.monitor.live.rows;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A budget of false alarms: one for an amount of traffic. Immutable.
 *
 * @param rows the rows for one false alarm, if there is no time
 * @param time the time for one false alarm; null for rows
 */
public record FalseAlarms(long rows, @Nullable Duration time) {

  /** Returns the part of the budget that traffic takes, 0 or more. */
  public double share(long someRows, Duration someTime) {
    return time == null
        ? (double) someRows / rows
        : Math.max(0, (double) someTime.toMillis() / time.toMillis());
  }

  /**
   * Returns the level of each test of a window, between 1e-12 and 0.05.
   *
   * @param tests the number of tests that share the budget
   */
  public double level(long windowRows, Duration windowTime, int tests) {
    return Math.min(0.05, Math.max(1e-12, share(windowRows, windowTime) / tests));
  }

  /** The budget in words, which are part of the state of a monitor. */
  @Override
  public String toString() {
    return "once per " + (time == null ? rows + " rows" : time.toDays() + " days");
  }
}
