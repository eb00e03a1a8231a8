package io.mlops4j.monitor.live.watch.drift;

import io.mlops4j.inference.ServedBy;
import io.mlops4j.monitor.alarm.Alarm;
import io.mlops4j.monitor.drift.DriftReport;
import io.mlops4j.monitor.drift.DriftVerdict;
import io.mlops4j.monitor.drift.FeatureDrift;
import io.mlops4j.monitor.live.finding.Finding;
import io.mlops4j.monitor.live.finding.Layer;
import io.mlops4j.monitor.live.finding.Subject;
import io.mlops4j.monitor.profile.Role;
import io.mlops4j.rollout.Evidence;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A column that drifted in a window: the slice in which it drifted most, and all slices in which it
 * drifted.
 *
 * @param slice the name of the slice; empty if rows are not sliced
 */
public record DriftFinding(
    String slice, FeatureDrift feature, DriftVerdict.Drifted verdict, Set<String> slices) {
  /** Returns the finding of one slice; empty if the column did not drift. */
  public static Optional<DriftFinding> of(String slice, FeatureDrift feature) {
    return feature.verdict() instanceof DriftVerdict.Drifted verdict
        ? Optional.of(new DriftFinding(slice, feature, verdict, Set.of(slice)))
        : Optional.empty();
  }

  /** Adds the finding of another slice. */
  DriftFinding and(DriftFinding other) {
    DriftFinding worst = other.verdict.relativeEffect() > verdict.relativeEffect() ? other : this;
    Set<String> both = new HashSet<>(slices);
    both.addAll(other.slices);
    return new DriftFinding(worst.slice, worst.feature, worst.verdict, both);
  }

  /**
   * Returns the columns that drifted in a window, by name. If there are slices, only the slices are
   * judged, because all rows together also differ if the window covers another part of the week.
   *
   * @param judged receives the columns that were judged, each with the slices that were
   */
  public static SortedMap<String, DriftFinding> of(
      DriftReport report, ServedBy servedBy, Map<Subject, Set<String>> judged) {
    Map<String, List<FeatureDrift>> slices = new TreeMap<>();
    if (report.slices().isEmpty()) {
      slices.put(Baseline.WHOLE, report.features());
    }
    report.slices().forEach(slice -> slices.put(slice.slice(), slice.features()));
    SortedMap<String, DriftFinding> found = new TreeMap<>();
    slices.forEach(
        (slice, features) -> {
          for (FeatureDrift feature : features) {
            if (feature.judged()) {
              judged
                  .computeIfAbsent(subject(feature, servedBy), absent -> new HashSet<>())
                  .add(slice);
            }
            of(slice, feature)
                .ifPresent(one -> found.merge(feature.name(), one, DriftFinding::and));
          }
        });
    return found;
  }

  /** All versions get the same traffic, but each of them has its own answers. */
  static Subject subject(FeatureDrift feature, ServedBy servedBy) {
    boolean output = feature.reference().role() == Role.OUTPUT;
    return output
        ? new Subject(Alarm.Kind.DRIFT, feature.name(), servedBy, Layer.OUTPUT)
        : new Subject(Alarm.Kind.DRIFT, feature.name(), null, Layer.INPUT);
  }

  Subject subject(ServedBy servedBy) {
    return subject(feature, servedBy);
  }

  public Finding finding(ServedBy servedBy) {
    boolean small = verdict.relativeEffect() < Finding.LARGE;
    return finding(servedBy, verdict.measure(), evidence(""), small);
  }

  /**
   * Returns the finding of another change in a column that already drifts. Its measure is new in
   * the incident, so it is announced.
   *
   * @param number the number of the change since the drift began
   * @param distance the distance to the nearest earlier window, in units of the bound
   */
  Finding another(ServedBy servedBy, int number, double distance) {
    String unlike =
        String.format(
            Locale.ROOT,
            "; it changed again: no earlier window since the drift began is nearer than %.2g times"
                + " the bound",
            distance);
    return finding(servedBy, "change " + number, evidence(unlike), false);
  }

  private Finding finding(ServedBy servedBy, String measure, Evidence evidence, boolean small) {
    return new Finding(
        subject(servedBy), measure, verdict.relativeEffect(), evidence, small, slices);
  }

  private Evidence evidence(String more) {
    String others =
        slices.size() == 1
            ? ""
            : ", the largest of %d slices that drifted".formatted(slices.size());
    String where = slice.isEmpty() ? "" : " in slice " + slice + others;
    String cause = feature.movements().isEmpty() ? "" : "; mostly " + feature.movements().get(0);
    return new Evidence(
        feature.name(), verdict.effect(), verdict.bound(), feature + where + cause + more);
  }
}
