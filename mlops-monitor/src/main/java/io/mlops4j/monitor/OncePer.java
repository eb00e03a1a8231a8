package io.mlops4j.monitor;

import io.mlops4j.monitor.live.rows.FalseAlarms;
import java.time.Duration;

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
  private final FalseAlarms budget;

  private OncePer(FalseAlarms budget) {
    this.budget = budget;
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
    return new OncePer(new FalseAlarms(rows, null));
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
    return new OncePer(new FalseAlarms(0, Duration.ofDays(days)));
  }

  FalseAlarms budget() {
    return budget;
  }

  @Override
  public String toString() {
    return budget.toString();
  }
}
