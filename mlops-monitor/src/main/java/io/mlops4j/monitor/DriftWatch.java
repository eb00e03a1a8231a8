package io.mlops4j.monitor;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.monitor.drift.DriftPolicy;
import io.mlops4j.monitor.drift.DriftReport;
import io.mlops4j.monitor.drift.DriftVerdict;
import io.mlops4j.monitor.drift.FeatureDrift;
import io.mlops4j.monitor.drift.ReportSubject;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.rollout.Evidence;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Counts rows in the reference's bins and compares them window by window. Used by the monitor's
 * thread only.
 */
final class DriftWatch {
  private final Profile reference;
  private final Window window;
  private final OncePer budget;
  private final Map<String, String> leftOut = new TreeMap<>();
  private Profile.Builder counting;
  private @Nullable Profile counted;
  private @Nullable Instant from;
  private long rows;
  private Set<String> drifted = Set.of();

  DriftWatch(Profile reference, Window window, OncePer budget) {
    this.reference = reference;
    this.window = window;
    this.budget = budget;
    this.counting = reference.counting();
  }

  /** Whether the window that is open ended before a batch that comes at this moment. */
  boolean isOver(Instant at) {
    return from != null && window.isOver(Duration.between(from, at));
  }

  boolean isFull() {
    return window.isFullOf(rows);
  }

  void add(FeatureBatch features, FeatureBatch outputs, Instant at) {
    try {
      counting.add(features, outputs);
    } catch (DataException e) {
      Map<String, String> unsuited = counting.unsuited(features, outputs);
      if (unsuited.isEmpty()) {
        throw e;
      }
      leaveOut(unsuited);
      counting.add(features, outputs);
    }
    rows += features.rows();
    from = from == null ? at : from;
  }

  /**
   * Goes on without some columns until the window ends. Rows that were counted before stay in the
   * window, without these columns as well.
   */
  private void leaveOut(Map<String, String> columns) {
    counted = all().without(columns.keySet());
    leftOut.putAll(columns);
    counting = reference.without(leftOut.keySet()).counting();
  }

  /** The rows of the window so far. */
  private Profile all() {
    Profile newest = counting.build();
    return counted == null ? newest : counted.merge(newest);
  }

  /** The columns of the reference by which the open window is not compared. */
  List<NotWatched> leftOut() {
    List<NotWatched> columns = new ArrayList<>();
    leftOut.forEach((name, reason) -> columns.add(new NotWatched(name, reason)));
    return columns;
  }

  /** Ends the window; empty when it has no rows. */
  Optional<WindowReport> end(Instant to, ServedBy servedBy) {
    Instant since = from;
    if (since == null) {
      return Optional.empty();
    }
    Profile seen = all();
    double level = budget.level(rows, Duration.between(since, to));
    counting = reference.counting();
    counted = null;
    leftOut.clear();
    rows = 0;
    from = null;
    DriftPolicy policy = DriftPolicy.withDefaults().withFalseDiscoveryRate(level);
    ReportSubject subject =
        ReportSubject.withDefaults()
            .withModel(servedBy)
            .withCurrentPeriod(since, to)
            .withDate(Clock.fixed(to, ZoneOffset.UTC));
    DriftReport report = DriftReport.compare(reference, seen, policy).with(subject);
    return Optional.of(new WindowReport(since, to, servedBy, seen, report));
  }

  /** What drifted in this window and had not in the one before: one alarm for each beginning. */
  List<Evidence> begun(WindowReport report) {
    Set<String> now = new HashSet<>();
    List<Evidence> begun = new ArrayList<>();
    for (FeatureDrift feature : report.drift().features()) {
      if (feature.verdict() instanceof DriftVerdict.Drifted verdict) {
        now.add(feature.name());
        if (!drifted.contains(feature.name())) {
          begun.add(
              new Evidence(
                  feature.name(),
                  verdict.effect(),
                  verdict.bound(),
                  feature.name() + " " + verdict));
        }
      }
    }
    drifted = now;
    return begun;
  }
}
