package io.mlops4j.monitor.alarm;

import io.mlops4j.inference.ServedBy;
import io.mlops4j.monitor.ModelMonitor;
import io.mlops4j.rollout.Evidence;
import java.time.Instant;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * One problem from its beginning to its end, as it was when it was read. Immutable.
 *
 * <p>A problem is announced by an {@link Alarm} when it begins, when it gets much worse, and when
 * the same column changes in another way. The windows in between are counted here and do not raise
 * an alarm.
 *
 * @param id unique within its monitor, for example {@code drift-1}
 * @param kind the kind of problem
 * @param subject the column, or the figure of a version's performance
 * @param servedBy the version that served when the problem began; for performance the version that
 *     performs badly
 * @param status whether it goes on
 * @param opened when it began, by the monitor's clock
 * @param updated when it was last found or its status changed, by the monitor's clock
 * @param found the number of windows, or judgements of performance, that found it
 * @param first the evidence with which it began
 * @param worst the evidence with the largest effect
 * @param newest the newest evidence
 * @param acknowledgedBy who acknowledged it; empty if nobody did
 */
public record Episode(
    String id,
    Alarm.Kind kind,
    String subject,
    ServedBy servedBy,
    Status status,
    Instant opened,
    Instant updated,
    int found,
    Evidence first,
    Evidence worst,
    Evidence newest,
    Optional<String> acknowledgedBy) {

  /** Whether a problem goes on. */
  public enum Status {
    /** The newest judgements found it, or one of the last two did. */
    OPEN,
    /** Two judgements in a row did not find it. */
    CLOSED,
    /** {@link ModelMonitor#acceptAsReference} made the changed rows the new reference. */
    ACCEPTED
  }

  /**
   * Checks that nothing is null.
   *
   * @param id unique within its monitor
   * @param kind the kind of problem
   * @param subject the column, or the figure of a version's performance
   * @param servedBy the version that served when the problem began
   * @param status whether it goes on
   * @param opened when it began
   * @param updated when it was last found or its status changed
   * @param found the number of judgements that found it
   * @param first the evidence with which it began
   * @param worst the evidence with the largest effect
   * @param newest the newest evidence
   * @param acknowledgedBy who acknowledged it
   */
  public Episode {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(subject, "subject");
    Objects.requireNonNull(servedBy, "servedBy");
    Objects.requireNonNull(status, "status");
    Objects.requireNonNull(opened, "opened");
    Objects.requireNonNull(updated, "updated");
    Objects.requireNonNull(first, "first");
    Objects.requireNonNull(worst, "worst");
    Objects.requireNonNull(newest, "newest");
    Objects.requireNonNull(acknowledgedBy, "acknowledgedBy");
  }

  /** {@return whether the problem goes on} */
  public boolean isOpen() {
    return status == Status.OPEN;
  }

  /**
   * Describes the episode in one line.
   *
   * @return id, status, times and the newest evidence
   */
  @Override
  public String toString() {
    return "%s %s since %s, found %d times, last at %s: %s"
        .formatted(id, status.name().toLowerCase(Locale.ROOT), opened, found, updated, newest);
  }
}
