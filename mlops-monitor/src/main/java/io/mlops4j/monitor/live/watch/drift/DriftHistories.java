package io.mlops4j.monitor.live.watch.drift;

import io.mlops4j.inference.ServedBy;
import io.mlops4j.monitor.drift.DriftPolicy;
import io.mlops4j.monitor.drift.DriftReport;
import io.mlops4j.monitor.live.finding.Finding;
import io.mlops4j.monitor.live.finding.Judged;
import io.mlops4j.monitor.live.finding.Subject;
import io.mlops4j.monitor.live.rows.ComparedRows;
import io.mlops4j.monitor.live.state.StateReader;
import io.mlops4j.monitor.live.state.StateWriter;
import io.mlops4j.monitor.profile.Profile;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * The histories of the columns that drift, each by its subject. Together they keep some 3 MB of
 * numbers at most without slices, and four times as much with slices. Used by the monitor's thread
 * only.
 */
final class DriftHistories {
  private static final int MOST_COLUMN_PROFILES = 5_000;

  private final int most;
  private final Map<Subject, DriftHistory> histories = new LinkedHashMap<>();

  /**
   * @param columns the number of columns that are watched
   */
  DriftHistories(int columns) {
    this.most =
        Math.max(
            DriftHistory.FEWEST_WINDOWS,
            Math.min(DriftHistory.MOST_WINDOWS, MOST_COLUMN_PROFILES / Math.max(1, columns)));
  }

  void clear() {
    histories.clear();
  }

  /** Removes the outputs of a version. */
  void remove(ServedBy version) {
    histories.keySet().removeIf(subject -> Objects.equals(version, subject.version()));
  }

  /**
   * Returns the verdicts of a window.
   *
   * @param step the newest rows of the window
   */
  Judged judged(
      ServedBy version, DriftReport report, ComparedRows compared, Pane step, DriftPolicy policy) {
    Map<Subject, Set<String>> subjects = new HashMap<>();
    List<Finding> found = new ArrayList<>();
    for (DriftFinding one : DriftFinding.of(report, version, subjects).values()) {
      found.add(finding(version, one, step, policy));
    }
    Judged judged = new Judged(version, subjects, found, compared);
    judged
        .healthy()
        .forEach(
            (subject, slices) ->
                histories.computeIfPresent(
                    subject, (its, history) -> history.isOver(slices) ? null : history));
    return judged;
  }

  /**
   * Returns the finding of a column, which is another one if it changed again. The steps of a
   * sliding window are compared, because whole windows have most of their rows in common.
   */
  private Finding finding(ServedBy version, DriftFinding one, Pane step, DriftPolicy policy) {
    Profile slice = step.slices().get(one.slice());
    if (slice == null || step.unknown().contains(column(slice, one))) {
      return one.finding(version);
    }
    DriftHistory history =
        histories.computeIfAbsent(one.subject(version), subject -> new DriftHistory(most));
    List<String> others = new ArrayList<>(slice.columns());
    others.remove(column(slice, one));
    OptionalDouble distance = history.add(one.slice(), one.slices(), slice.without(others), policy);
    return distance.isPresent()
        ? one.another(version, history.changes(), distance.getAsDouble())
        : one.finding(version);
  }

  /** Vectors are compared by two parts, whose names have a suffix. */
  private static String column(Profile profile, DriftFinding one) {
    String name = one.feature().name();
    return profile.columns().contains(name) ? name : name.substring(0, name.lastIndexOf('.'));
  }

  void write(StateWriter out) {
    out.each(
        histories.entrySet(),
        (to, one) -> {
          one.getKey().write(to);
          one.getValue().write(to);
        });
  }

  /** Replaces all histories. */
  void read(StateReader in) {
    histories.clear();
    in.forEach(one -> histories.put(Subject.read(one), DriftHistory.read(one)));
  }
}
