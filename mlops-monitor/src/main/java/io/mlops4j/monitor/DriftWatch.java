package io.mlops4j.monitor;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.monitor.drift.DriftPolicy;
import io.mlops4j.monitor.drift.DriftReport;
import io.mlops4j.monitor.drift.ReportSubject;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.monitor.profile.Role;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Compares rows with the reference window by window. Features and outputs are counted by two
 * watches: a problem on one side does not stop the other. Used by the monitor's thread only.
 */
final class DriftWatch {
  private final MonitorSettings settings;
  private final Failures failures;
  private Profile reference;
  private ColumnWatch features;
  private ColumnWatch outputs;
  private @Nullable Profile newest;
  private @Nullable Instant from;
  private long rows;

  DriftWatch(MonitorSettings settings, Failures failures) {
    this.settings = settings;
    this.failures = failures;
    this.reference = settings.reference();
    this.features = new ColumnWatch(Role.FEATURE, reference, failures);
    this.outputs = new ColumnWatch(Role.OUTPUT, reference, failures);
  }

  /** Whether the open window ended before a batch that comes at this time. */
  boolean isOver(Instant at) {
    return from != null && settings.window().isOver(Duration.between(from, at));
  }

  boolean isFull() {
    return settings.window().isFullOf(rows);
  }

  void add(FeatureBatch batch, FeatureBatch answers, Instant at) {
    features.add(batch, answers);
    outputs.add(batch, answers);
    rows += batch.rows();
    from = from == null ? at : from;
  }

  /** The columns of the reference that are not compared in the open window. */
  List<NotWatched> leftOut() {
    return Stream.of(features, outputs)
        .flatMap(side -> side.leftOut().entrySet().stream())
        .map(column -> new NotWatched(column.getKey(), column.getValue()))
        .toList();
  }

  /** Ends the window; empty if it has no rows. */
  Optional<WindowReport> end(Instant to, ServedBy servedBy) {
    Instant since = from;
    if (since == null) {
      return Optional.empty();
    }
    double level = settings.falseAlarms().level(rows, Duration.between(since, to));
    rows = 0;
    from = null;
    ReportSubject subject =
        ReportSubject.withDefaults()
            .withModel(servedBy)
            .withCurrentPeriod(since, to)
            .withDate(Clock.fixed(to, ZoneOffset.UTC));
    DriftReport report =
        DriftReport.compare(
                reference,
                features.end().join(outputs.end()),
                settings.policy().withFalseDiscoveryRate(level))
            .with(subject);
    newest = report.current();
    return Optional.of(new WindowReport(since, to, servedBy, report.current(), report));
  }

  /**
   * Makes the rows of the newest complete window the reference. The open window is discarded,
   * because its rows may differ from the new reference only as the rows before them do.
   */
  Profile acceptNewest() {
    Profile accepted = newest;
    if (accepted == null || accepted.rows() < DriftPolicy.DEFAULT_MINIMUM_ROWS) {
      throw new IllegalStateException(
          "acceptAsReference: found %s, expected a complete window of at least %d rows; call it after onWindow reported one"
              .formatted(
                  accepted == null ? "no complete window" : accepted.rows() + " rows",
                  DriftPolicy.DEFAULT_MINIMUM_ROWS));
    }
    use(accepted);
    return accepted;
  }

  private void use(Profile next) {
    reference = next;
    features = new ColumnWatch(Role.FEATURE, next, failures);
    outputs = new ColumnWatch(Role.OUTPUT, next, failures);
    rows = 0;
    from = null;
  }
}
