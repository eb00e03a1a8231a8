package io.mlops4j.monitor;

import io.mlops4j.inference.ServedBy;
import io.mlops4j.rollout.Evidence;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;

/** A problem that a monitor found: its kind, version, time and evidence. Immutable. */
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

  private final String id;
  private final Kind kind;
  private final ServedBy servedBy;
  private final Instant at;
  private final List<Episode> episodes;

  Alarm(String id, Kind kind, ServedBy servedBy, Instant at, List<Episode> episodes) {
    this.id = id;
    this.kind = kind;
    this.servedBy = servedBy;
    this.at = at;
    this.episodes = List.copyOf(episodes);
  }

  /** {@return the id of this alarm, unique within its monitor; for example {@code alarm-1}} */
  public String id() {
    return id;
  }

  /** {@return the kind of problem} */
  public Kind kind() {
    return kind;
  }

  /**
   * {@return the version that performs badly or, for other kinds, the version that served the
   * newest rows; the argument for a deployment's rollback}
   */
  public ServedBy servedBy() {
    return servedBy;
  }

  /** {@return the time of the newest row behind the alarm, by the monitor's clock} */
  public Instant at() {
    return at;
  }

  /**
   * {@return the problems that this alarm announces, as they were when it was raised; each of them
   * began, got much worse, or changed in another way; an immutable list of at least one}
   */
  public List<Episode> episodes() {
    return episodes;
  }

  /**
   * Returns the newest evidence of the episodes. A drift alarm has one figure, named like the
   * feature, for each feature that drifted. A configuration alarm has one text without figures,
   * named like the column, for each column that is not watched.
   *
   * @return at least one entry; an immutable list
   */
  public List<Evidence> evidence() {
    return episodes.stream().map(Episode::newest).toList();
  }

  /**
   * Describes the alarm in one sentence.
   *
   * @return id, version and the texts of the evidence
   */
  @Override
  public String toString() {
    return id
        + " on "
        + servedBy
        + ": "
        + evidence().stream().map(Evidence::text).collect(Collectors.joining("; "));
  }
}
