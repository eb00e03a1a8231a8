package io.mlops4j.monitor.alarm;

import io.mlops4j.inference.ServedBy;
import io.mlops4j.model.Digest;
import io.mlops4j.monitor.ModelMonitor;
import io.mlops4j.monitor.drift.WindowReport;
import io.mlops4j.rollout.Evidence;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Announces an {@link Incident}: when it begins, and when it gets worse, changes in another way or
 * reaches another feature. Immutable.
 */
public final class Alarm {
  /** The kinds of alarms. */
  public enum Kind {
    /**
     * A setting of the monitor does not fit the calls, so a column or the labels are not watched.
     * Raised once for each column and reason. See {@link ModelMonitor#notWatched}.
     */
    CONFIGURATION,
    /** Live rows differ from the reference. The model may still perform as well as before. */
    DRIFT,
    /** Values of live rows are not what the reference and the card allow. */
    QUALITY,
    /** According to the labels, a version performs worse than it should. */
    PERFORMANCE
  }

  /**
   * Rows that drifted, and the reference. The digests tell which profiles they are, for example
   * that of a {@link WindowReport}, or that of a model's card.
   *
   * @param from the time of the first rows, by the monitor's clock
   * @param to the time of the last rows or of the end of the window
   * @param rows their number
   * @param reference the digest of the reference's profile; with slices that of those that the
   *     window has, and that of the slice for drift before the end of the window
   * @param current the digest of the profile of the rows
   */
  public record Compared(Instant from, Instant to, long rows, Digest reference, Digest current) {
    /**
     * Checks that nothing is null.
     *
     * @param from the time of the first rows
     * @param to the time of the last rows or of the end of the window
     * @param rows their number
     * @param reference the digest of the reference's profile
     * @param current the digest of the profile of the rows
     */
    public Compared {
      Objects.requireNonNull(from, "from");
      Objects.requireNonNull(to, "to");
      Objects.requireNonNull(reference, "reference");
      Objects.requireNonNull(current, "current");
    }
  }

  private final String id;
  private final Kind kind;
  private final Instant at;
  private final Incident incident;
  private final List<Evidence> evidence;
  private final Optional<Compared> compared;

  /**
   * Creates an alarm, for example to test an action.
   *
   * @param id its id, unique within its monitor
   * @param kind the kind of the most specific problem that it announces
   * @param at the time of the newest row behind it
   * @param incident the incident that it announces
   * @param evidence the newest evidence of each problem that it announces, the most specific cause
   *     first; at least one
   * @param compared the rows and the reference behind drift that it announces; empty without drift
   * @throws IllegalArgumentException if there is no evidence
   */
  public Alarm(
      String id,
      Kind kind,
      Instant at,
      Incident incident,
      List<Evidence> evidence,
      Optional<Compared> compared) {
    this.id = Objects.requireNonNull(id, "id");
    this.kind = Objects.requireNonNull(kind, "kind");
    this.at = Objects.requireNonNull(at, "at");
    this.incident = Objects.requireNonNull(incident, "incident");
    this.evidence = List.copyOf(evidence);
    this.compared = Objects.requireNonNull(compared, "compared");
    if (this.evidence.isEmpty()) {
      throw new IllegalArgumentException("evidence: found none, expected at least one");
    }
  }

  /** {@return the id of this alarm, unique within its monitor; for example {@code alarm-1}} */
  public String id() {
    return id;
  }

  /**
   * {@return the kind of the most specific problem that this alarm announces; other problems of the
   * incident may be of other kinds, see {@link Incident#findings}}
   */
  public Kind kind() {
    return kind;
  }

  /**
   * {@return the version that served when the incident began; if the incident is about outputs or
   * performance, it is about those of this version; the argument for a deployment's rollback}
   */
  public ServedBy servedBy() {
    return incident.servedBy();
  }

  /** {@return the time of the newest row behind the alarm, by the monitor's clock} */
  public Instant at() {
    return at;
  }

  /** {@return the incident that this alarm announces, as it was when the alarm was raised} */
  public Incident incident() {
    return incident;
  }

  /** {@return the rows and the reference behind drift that it announces; empty without drift} */
  public Optional<Compared> compared() {
    return compared;
  }

  /**
   * Returns the newest evidence of the problems that this alarm announces: all of them if the
   * incident begins, and later those that are new or got worse. Each has a figure and is named like
   * its column, or figure of performance; problems of configuration have a text without figures.
   *
   * @return the most specific cause first; at least one entry; an immutable list
   */
  public List<Evidence> evidence() {
    return evidence;
  }

  /**
   * Describes the alarm in one sentence.
   *
   * @return ids, version and the first ten texts of the evidence
   */
  @Override
  public String toString() {
    return "%s of %s on %s: %s"
        .formatted(
            id,
            incident.id(),
            servedBy(),
            Incident.texts(evidence.stream().map(Evidence::text).toList()));
  }
}
