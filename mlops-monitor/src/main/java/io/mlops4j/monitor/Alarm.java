package io.mlops4j.monitor;

import io.mlops4j.inference.ServedBy;
import io.mlops4j.rollout.Evidence;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;

/** Something is wrong: what, on which version, since when, and the evidence. Immutable. */
public final class Alarm {
  /** What an alarm is about. */
  public enum Kind {
    /**
     * A part of the monitor's settings does not fit the calls, so that something is not watched:
     * once for each column and reason. See {@link ModelMonitor#notWatched}.
     */
    CONFIGURATION,
    /** The rows differ from the reference. The model may be as good as ever. */
    DRIFT,
    /** The labels say that a version answers worse than it should. */
    PERFORMANCE
  }

  private final String id;
  private final Kind kind;
  private final ServedBy servedBy;
  private final Instant at;
  private final List<Evidence> evidence;

  Alarm(String id, Kind kind, ServedBy servedBy, Instant at, List<Evidence> evidence) {
    this.id = id;
    this.kind = kind;
    this.servedBy = servedBy;
    this.at = at;
    this.evidence = List.copyOf(evidence);
  }

  /**
   * A name for this alarm, unique within its monitor.
   *
   * @return for example {@code performance-1}
   */
  public String id() {
    return id;
  }

  /**
   * What it is about.
   *
   * @return the kind
   */
  public Kind kind() {
    return kind;
  }

  /**
   * Who answered: the version that performs badly, or else the one that served the newest rows.
   *
   * @return what to hand to a deployment's rollback
   */
  public ServedBy servedBy() {
    return servedBy;
  }

  /**
   * When the newest row behind it came.
   *
   * @return by the monitor's clock
   */
  public Instant at() {
    return at;
  }

  /**
   * Why: for drift, a figure for each feature that drifted, named like it; for the configuration, a
   * text without figures for each column that is not watched, named like it.
   *
   * @return at least one, unmodifiable
   */
  public List<Evidence> evidence() {
    return evidence;
  }

  /**
   * For people.
   *
   * @return one sentence
   */
  @Override
  public String toString() {
    return "alarm "
        + id
        + " on "
        + servedBy
        + ": "
        + evidence.stream().map(Evidence::text).collect(Collectors.joining("; "));
  }
}
