package io.mlops4j.monitor;

import io.mlops4j.inference.ServedBy;
import io.mlops4j.monitor.alarm.Incident;
import io.mlops4j.monitor.performance.PerformancePeriod;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a monitor remembers of the past: what its reference chose, the effects of the newest
 * windows, the performance of versions period by period, and incidents. {@link
 * io.mlops4j.monitor.report.HtmlReport#of HtmlReport.of(history)} makes a page of it. Immutable and
 * thread safe.
 *
 * <p>A monitor keeps the newest 1000 windows, fewer if they have more than a million effects
 * together, which take 4 bytes each: at most 4 MB. Performance has at most 400 periods of each of
 * the newest 64 versions, and there are at most 1000 incidents that ended.
 */
public final class MonitorHistory {
  /**
   * The performance of a version, period by period.
   *
   * @param servedBy the version
   * @param shadow whether its answers were never returned
   * @param periods complete periods, oldest first
   */
  public record Track(ServedBy servedBy, boolean shadow, List<PerformancePeriod> periods) {
    /**
     * Copies the list.
     *
     * @param servedBy the version
     * @param shadow whether its answers were never returned
     * @param periods complete periods, oldest first
     */
    public Track {
      periods = List.copyOf(periods);
    }
  }

  private final Instant at;
  private final @Nullable String reference;
  private final List<WindowSummary> windows;
  private final List<Track> tracks;
  private final List<Incident> incidents;

  MonitorHistory(
      Instant at,
      @Nullable String reference,
      List<WindowSummary> windows,
      List<Track> tracks,
      List<Incident> incidents) {
    this.at = at;
    this.reference = reference;
    this.windows = List.copyOf(windows);
    this.tracks = List.copyOf(tracks);
    this.incidents = List.copyOf(incidents);
  }

  /** {@return the time at which it was read, by the monitor's clock} */
  public Instant at() {
    return at;
  }

  /**
   * {@return what the {@link io.mlops4j.monitor.reference.Reference} of the monitor chose and why,
   * for people; empty if the monitor was given a profile}
   */
  public Optional<String> reference() {
    return Optional.ofNullable(reference);
  }

  /** {@return the newest windows, oldest first; an immutable list} */
  public List<WindowSummary> windows() {
    return windows;
  }

  /**
   * {@return the performance of each version, in the order of their first rows; empty if it is not
   * watched; an immutable list}
   */
  public List<Track> performance() {
    return tracks;
  }

  /**
   * {@return the incidents, open ones first, oldest first, and then those that ended, newest first;
   * an immutable list}
   */
  public List<Incident> incidents() {
    return incidents;
  }

  /** {@return the counts of windows, versions with performance, and incidents} */
  @Override
  public String toString() {
    return "%d windows, performance of %d versions, %d incidents at %s"
        .formatted(windows.size(), tracks.size(), incidents.size(), at);
  }
}
