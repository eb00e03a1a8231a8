package io.mlops4j.monitor;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.monitor.drift.DriftPolicy;
import io.mlops4j.monitor.drift.DriftReport;
import io.mlops4j.monitor.drift.DriftVerdict;
import io.mlops4j.monitor.drift.FeatureDrift;
import io.mlops4j.monitor.drift.ReportSubject;
import io.mlops4j.monitor.profile.Role;
import io.mlops4j.rollout.Evidence;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Compares rows with the reference window by window. Features and outputs are counted by two
 * watches: a problem on one side does not stop the other. Used by the monitor's thread only.
 */
final class DriftWatch {
  private final MonitorSettings settings;
  private final ColumnWatch features;
  private final ColumnWatch outputs;
  private @Nullable Instant from;
  private long rows;
  private Set<String> drifted = Set.of();

  DriftWatch(MonitorSettings settings, Failures failures) {
    this.settings = settings;
    this.features = new ColumnWatch(Role.FEATURE, settings.reference(), failures);
    this.outputs = new ColumnWatch(Role.OUTPUT, settings.reference(), failures);
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
                settings.reference(),
                features.end().join(outputs.end()),
                DriftPolicy.withDefaults().withFalseDiscoveryRate(level))
            .with(subject);
    return Optional.of(new WindowReport(since, to, servedBy, report.current(), report));
  }

  /** Returns evidence for the columns that drifted in this window and not in the one before. */
  List<Evidence> begun(WindowReport report) {
    Set<String> now = new HashSet<>();
    List<Evidence> begun = new ArrayList<>();
    for (FeatureDrift feature : report.drift().features()) {
      if (feature.verdict() instanceof DriftVerdict.Drifted verdict) {
        now.add(feature.name());
        if (!drifted.contains(feature.name())) {
          begun.add(
              new Evidence(feature.name(), verdict.effect(), verdict.bound(), feature.toString()));
        }
      }
    }
    drifted = now;
    return begun;
  }
}
