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

  /**
   * Rows that drifted, and the reference. The digests tell which profiles they are, for example
   * that of a {@link WindowReport}, or that of a model's card.
   *
   * @param from the time of the first rows, by the monitor's clock
   * @param to the time of the last rows or of the end of the window
   * @param rows their number
   * @param reference the digest of the reference's profile; with slices that of all of them for a
   *     whole window, and that of the slice for drift before its end
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
  private final ServedBy servedBy;
  private final Instant at;
  private final List<Episode> episodes;
  private final Optional<Compared> compared;

  /**
   * Creates an alarm, for example to test an action.
   *
   * @param id its id, unique within its monitor
   * @param kind the kind of problem
   * @param servedBy the version that it is about
   * @param at the time of the newest row behind it
   * @param episodes the problems that it announces, at least one
   * @param compared the rows and the reference behind a drift alarm; empty for other kinds
   * @throws IllegalArgumentException if there is no episode
   */
  public Alarm(
      String id,
      Kind kind,
      ServedBy servedBy,
      Instant at,
      List<Episode> episodes,
      Optional<Compared> compared) {
    this.id = Objects.requireNonNull(id, "id");
    this.kind = Objects.requireNonNull(kind, "kind");
    this.servedBy = Objects.requireNonNull(servedBy, "servedBy");
    this.at = Objects.requireNonNull(at, "at");
    this.episodes = List.copyOf(episodes);
    this.compared = Objects.requireNonNull(compared, "compared");
    if (this.episodes.isEmpty()) {
      throw new IllegalArgumentException("episodes: found none, expected at least one");
    }
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

  /** {@return the rows and the reference behind a drift alarm; empty for other kinds} */
  public Optional<Compared> compared() {
    return compared;
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
