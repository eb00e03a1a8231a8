package io.mlops4j.model;

import java.time.Duration;
import java.util.Objects;

/**
 * What must be watched while a model serves: which metric, how often, by whom, and what is done
 * when it is not as it should be.
 *
 * <p>It states the duty; a monitor that is set up accordingly fulfils it. Immutable: {@link
 * #withOwner} and {@link #withAction} return changed copies.
 *
 * @param metric what is looked at, for example {@code roc_auc}
 * @param interval at least how often
 * @param owner who looks; empty for the model's owner
 * @param action what to do when it is not as it should be; may be empty
 */
public record MonitoringDuty(String metric, Duration interval, String owner, String action) {
  /**
   * Checks the parts.
   *
   * @param metric what is looked at, for example {@code roc_auc}
   * @param interval at least how often
   * @param owner who looks; empty for the model's owner
   * @param action what to do when it is not as it should be; may be empty
   * @throws IllegalArgumentException if the metric is blank or the interval is not positive
   */
  public MonitoringDuty {
    Checks.name("metric", metric);
    Objects.requireNonNull(interval, "interval");
    Objects.requireNonNull(owner, "owner");
    Objects.requireNonNull(action, "action");
    if (interval.isZero() || interval.isNegative()) {
      throw new IllegalArgumentException(
          "interval: found " + interval + ", expected more than zero, as Duration.ofDays(7)");
    }
  }

  /**
   * The duty of the model's owner to look at a metric.
   *
   * @param metric what is looked at, for example {@code roc_auc}
   * @param interval at least how often
   * @return the duty
   * @throws IllegalArgumentException if the metric is blank or the interval is not positive
   */
  public static MonitoringDuty of(String metric, Duration interval) {
    return new MonitoringDuty(metric, interval, "", "");
  }

  /**
   * States who looks.
   *
   * @param owner a person or team
   * @return a changed copy
   * @throws IllegalArgumentException if the owner is blank
   */
  public MonitoringDuty withOwner(String owner) {
    return new MonitoringDuty(
        metric, interval, Checks.text("owner", owner, "a person or team"), action);
  }

  /**
   * States what is done when the metric is not as it should be.
   *
   * @param action for example {@code below 0.60: roll back}
   * @return a changed copy
   * @throws IllegalArgumentException if the action is blank
   */
  public MonitoringDuty withAction(String action) {
    return new MonitoringDuty(
        metric, interval, owner, Checks.text("action", action, "what is done"));
  }
}
