package io.mlops4j.monitor;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.monitor.drift.DriftPolicy;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.monitor.report.DriftReport;
import io.mlops4j.monitor.report.DriftVerdict;
import io.mlops4j.monitor.report.FeatureDrift;
import io.mlops4j.rollout.Evidence;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts rows in the reference's bins and compares them window by window. Used by the monitor's
 * thread only.
 */
final class DriftWatch {
  private static final Logger LOG = LoggerFactory.getLogger(DriftWatch.class);

  private Profile reference;
  private final Window window;
  private final OncePer budget;
  private Profile.Builder counting;
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
    leaveOut(lacking(features, outputs));
    counting.add(features, outputs);
    rows += features.rows();
    from = from == null ? at : from;
  }

  /** The columns of the reference that live rows do not have: labels, say, that come later. */
  private Set<String> lacking(FeatureBatch features, FeatureBatch outputs) {
    Set<String> lacking = new HashSet<>(reference.columns());
    features.root().getFieldVectors().forEach(vector -> lacking.remove(vector.getName()));
    outputs.root().getFieldVectors().forEach(vector -> lacking.remove(vector.getName()));
    return lacking;
  }

  /** Compares without some columns from now on; the window that is open begins again. */
  private void leaveOut(Set<String> columns) {
    if (!columns.isEmpty()) {
      LOG.warn("live rows lack {} of the reference; they are compared without", columns);
      reference = reference.without(columns);
      counting = reference.counting();
      rows = 0;
      from = null;
    }
  }

  /** Ends the window; empty when it has no rows. */
  Optional<WindowReport> end(Instant to, ServedBy servedBy) {
    Instant since = from;
    if (since == null) {
      return Optional.empty();
    }
    Profile seen = counting.build();
    double level = budget.level(rows, Duration.between(since, to));
    counting = reference.counting();
    rows = 0;
    from = null;
    DriftPolicy policy = DriftPolicy.withDefaults().withFalseDiscoveryRate(level);
    return Optional.of(
        new WindowReport(since, to, servedBy, seen, DriftReport.compare(reference, seen, policy)));
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
