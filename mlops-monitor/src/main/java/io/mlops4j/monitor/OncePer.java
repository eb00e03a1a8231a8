package io.mlops4j.monitor;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A budget of false alarms: on average at most one for an amount of traffic in which nothing is
 * wrong.
 *
 * <p>A window that covers the share {@code s} of the budget is tested at level {@code s}, which the
 * watches of the monitor divide equally: features and outputs together, quality, and performance if
 * there are labels. Features and outputs spend half of their part on the tests of whole windows,
 * and half on sequential detectors, which watch all columns at every row. The levels add up to 1
 * over the budget, so the expected number of false alarms is at most 1. Versions that serve at the
 * same time share a budget of days. This assumes rows that are exchangeable with the reference.
 * Seasonal rows are not (see {@link Window}), which is one reason why an alarm also needs an effect
 * above its bound. Immutable.
 */
public final class OncePer {
  private final long rows;
  private final @Nullable Duration time;

  private OncePer(long rows, @Nullable Duration time) {
    this.rows = rows;
    this.time = time;
  }

  /**
   * Allows one false alarm for a number of rows.
   *
   * @param rows at least 1
   * @return the budget
   * @throws IllegalArgumentException if {@code rows} is below 1
   */
  public static OncePer rows(long rows) {
    if (rows < 1) {
      throw new IllegalArgumentException("rows: found " + rows + ", expected at least 1");
    }
    return new OncePer(rows, null);
  }

  /**
   * Allows one false alarm for a number of days, by the monitor's clock.
   *
   * @param days at least 1
   * @return the budget
   * @throws IllegalArgumentException if {@code days} is below 1
   */
  public static OncePer days(int days) {
    if (days < 1) {
      throw new IllegalArgumentException("days: found " + days + ", expected at least 1");
    }
    return new OncePer(0, Duration.ofDays(days));
  }

  /** Returns the part of the budget that traffic takes, 0 or more. */
  double share(long someRows, Duration someTime) {
    return time == null
        ? (double) someRows / rows
        : Math.max(0, (double) someTime.toMillis() / time.toMillis());
  }

  /**
   * Returns the level of each test of a window, between 1e-12 and 0.05.
   *
   * @param tests the number of tests that share the budget
   */
  double level(long windowRows, Duration windowTime, int tests) {
    return Math.min(0.05, Math.max(1e-12, share(windowRows, windowTime) / tests));
  }

  @Override
  public String toString() {
    return "once per " + (time == null ? rows + " rows" : time.toDays() + " days");
  }
}
