package io.mlops4j.model;

import java.time.Duration;
import java.util.Objects;

/**
 * A duty to watch a metric while a model serves: how often, by whom, and what to do about a bad
 * value.
 *
 * <p>The card only states the duty; a monitor with matching settings fulfils it. Immutable and
 * thread safe: {@link #withOwner} and {@link #withAction} return changed copies.
 *
 * @param metric the metric's name, for example {@code roc_auc}; not blank
 * @param interval the longest time between two checks, more than zero
 * @param owner who checks; empty for the model's owner
 * @param action what to do about a bad value; may be empty
 */
public record MonitoringDuty(String metric, Duration interval, String owner, String action) {
  /**
   * Checks the parts.
   *
   * @param metric the metric's name, for example {@code roc_auc}; not blank
   * @param interval the longest time between two checks, more than zero
   * @param owner who checks; empty for the model's owner
   * @param action what to do about a bad value; may be empty
   * @throws IllegalArgumentException if the metric is blank or the interval is not positive
   */
  public MonitoringDuty {
    Checks.name("metric", metric);
    Objects.requireNonNull(interval, "interval");
    Objects.requireNonNull(owner, "owner");
    Objects.requireNonNull(action, "action");
    if (interval.isZero() || interval.isNegative()) {
      throw new IllegalArgumentException(
          "interval: found " + interval + ", expected more than zero, such as Duration.ofDays(7)");
    }
  }

  /**
   * Returns a duty of the model's owner to check a metric.
   *
   * @param metric the metric's name, for example {@code roc_auc}; not blank
   * @param interval the longest time between two checks, more than zero
   * @return the duty
   * @throws IllegalArgumentException if the metric is blank or the interval is not positive
   */
  public static MonitoringDuty of(String metric, Duration interval) {
    return new MonitoringDuty(metric, interval, "", "");
  }

  /**
   * Sets who checks.
   *
   * @param owner a person or team, not blank
   * @return a changed copy
   * @throws IllegalArgumentException if the owner is blank
   */
  public MonitoringDuty withOwner(String owner) {
    return new MonitoringDuty(
        metric, interval, Checks.text("owner", owner, "a person or team"), action);
  }

  /**
   * Sets what to do about a bad value.
   *
   * @param action an instruction, for example {@code below 0.60: roll back}; not blank
   * @return a changed copy
   * @throws IllegalArgumentException if the action is blank
   */
  public MonitoringDuty withAction(String action) {
    return new MonitoringDuty(
        metric, interval, owner, Checks.text("action", action, "what is done"));
  }
}
