package io.mlops4j.monitor;

import io.mlops4j.inference.ServedBy;
import io.mlops4j.monitor.drift.DriftReport;
import io.mlops4j.monitor.drift.DriftVerdict;
import io.mlops4j.monitor.drift.FeatureDrift;
import io.mlops4j.monitor.profile.Role;
import io.mlops4j.rollout.Evidence;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * A column that drifted in a window: the slice in which it drifted most, and the number of slices
 * in which it drifted.
 *
 * @param slice the name of the slice; empty if rows are not sliced
 */
record DriftFinding(String slice, FeatureDrift feature, DriftVerdict.Drifted verdict, int slices) {
  /** Returns the finding of one slice; empty if the column did not drift. */
  static Optional<DriftFinding> of(String slice, FeatureDrift feature) {
    return feature.verdict() instanceof DriftVerdict.Drifted verdict
        ? Optional.of(new DriftFinding(slice, feature, verdict, 1))
        : Optional.empty();
  }

  /** Adds the finding of another slice. */
  DriftFinding and(DriftFinding other) {
    DriftFinding worst = other.verdict.relativeEffect() > verdict.relativeEffect() ? other : this;
    return new DriftFinding(worst.slice, worst.feature, worst.verdict, slices + other.slices);
  }

  /**
   * Returns the verdicts of a window. If there are slices, only the slices are judged, because all
   * rows together also differ if the window covers another part of the week.
   */
  static Judged judged(DriftReport report, ServedBy servedBy) {
    Map<String, List<FeatureDrift>> slices = new TreeMap<>();
    if (report.slices().isEmpty()) {
      slices.put("", report.features());
    }
    report.slices().forEach(slice -> slices.put(slice.slice(), slice.features()));
    Map<String, DriftFinding> found = new TreeMap<>();
    Set<Subject> judged = new HashSet<>();
    slices.forEach(
        (slice, features) -> {
          for (FeatureDrift feature : features) {
            if (feature.judged()) {
              judged.add(subject(feature, servedBy));
            }
            of(slice, feature)
                .ifPresent(one -> found.merge(feature.name(), one, DriftFinding::and));
          }
        });
    return new Judged(
        servedBy, judged, found.values().stream().map(one -> one.finding(servedBy)).toList());
  }

  /** All versions get the same traffic, but each of them has its own answers. */
  static Subject subject(FeatureDrift feature, ServedBy servedBy) {
    boolean output = feature.reference().role() == Role.OUTPUT;
    return new Subject(Alarm.Kind.DRIFT, feature.name(), output ? servedBy : null);
  }

  private Finding finding(ServedBy servedBy) {
    return new Finding(
        subject(feature, servedBy), verdict.measure(), verdict.relativeEffect(), evidence());
  }

  Evidence evidence() {
    String where = slice.isEmpty() ? "" : " in %s, the most of %d slices".formatted(slice, slices);
    String cause = feature.movements().isEmpty() ? "" : "; mostly " + feature.movements().get(0);
    return new Evidence(feature.name(), verdict.effect(), verdict.bound(), feature + where + cause);
  }
}
