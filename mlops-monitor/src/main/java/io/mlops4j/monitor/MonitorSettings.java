package io.mlops4j.monitor;

import io.mlops4j.monitor.drift.DriftPolicy;
import io.mlops4j.monitor.live.alarm.AlarmLimit;
import io.mlops4j.monitor.live.intake.ProcessorLimit;
import io.mlops4j.monitor.live.state.StateSettings;
import io.mlops4j.monitor.live.watch.WatchSettings;
import io.mlops4j.monitor.performance.task.PerformanceRules;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.monitor.profile.Role;
import io.mlops4j.monitor.profile.SlicedProfile;
import io.mlops4j.monitor.quality.QualityPolicy;
import io.mlops4j.monitor.quality.QualitySuite;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The settings of one monitor.
 *
 * @param slices null if rows are not sliced; merged, they are the reference
 * @param labels null if no labels were requested
 * @param performance null if no policy was stated
 * @param limit the budget of processor time
 * @param state null if the state is not stored
 * @param answerTolerance by which numbers of a shadow may differ
 * @param windowRows the expected rows of a window; the largest number if they are unknown
 * @param learned what the reference chose and why; null if the monitor was given a profile
 */
record MonitorSettings(
    Profile reference,
    @Nullable SlicedProfile slices,
    Window window,
    OncePer falseAlarms,
    @Nullable LabelJoin labels,
    Clock clock,
    @Nullable PerformancePolicy performance,
    long handOffRows,
    ProcessorLimit limit,
    DriftPolicy features,
    DriftPolicy outputs,
    QualitySuite quality,
    Set<Watched> without,
    AlarmLimit alarmLimit,
    Duration actionLimit,
    @Nullable StateSettings state,
    double answerTolerance,
    long windowRows,
    @Nullable String learned) {

  /** Enough rows of a window for the checks of data quality that need values. */
  private static final long CHECKED_ROWS = 640;

  /** Whether a part of the monitor is switched on. */
  boolean watches(Watched part) {
    return !without.contains(part) && (part != Watched.PERFORMANCE || labels != null);
  }

  /** Whether rows are compared with the reference. */
  boolean watchesDrift() {
    return watches(Watched.FEATURES) || watches(Watched.OUTPUTS);
  }

  /** The rules for drift of the features and outputs that are watched. */
  DriftPolicy policy() {
    DriftPolicy none = DriftPolicy.withDefaults();
    return (watches(Watched.FEATURES) ? features : none)
        .withOutputs(watches(Watched.OUTPUTS) ? outputs : none);
  }

  /** The columns of the reference whose side of the model is switched off. */
  List<String> switchedOff() {
    return reference.columns().stream()
        .filter(
            name ->
                !watches(
                    reference.column(name).role() == Role.FEATURE
                        ? Watched.FEATURES
                        : Watched.OUTPUTS))
        .toList();
  }

  /** The settings that watches read. */
  WatchSettings watched() {
    return new WatchSettings(
        reference,
        slices,
        window.span(),
        falseAlarms.budget(),
        policy(),
        switchedOff(),
        watchesDrift(),
        quality.withPolicy(quality.policy().withSampling(qualitySampling())),
        labels == null ? null : labels.rule(),
        watches());
  }

  /** The rows of which the quality watch checks one; fewer for small windows. */
  private int qualitySampling() {
    return quality
        .policy()
        .sampling()
        .orElse(
            (int) Math.max(1, Math.min(QualityPolicy.MONITOR_SAMPLING, windowRows / CHECKED_ROWS)));
  }

  private int watches() {
    int watches =
        (watchesDrift() ? 1 : 0)
            + (watches(Watched.QUALITY) ? 1 : 0)
            + (watches(Watched.PERFORMANCE) ? 1 : 0);
    return Math.max(1, watches);
  }

  /**
   * The rules by which answers are compared with labels or estimated; null if performance is not
   * watched.
   */
  @Nullable PerformanceRules measured() {
    if (without.contains(Watched.PERFORMANCE)) {
      return null;
    }
    PerformancePolicy policy =
        performance == null && labels != null ? PerformancePolicy.binary() : performance;
    return policy == null ? null : policy.rules();
  }

  /**
   * The key column of the labels; null if there are no labels, or if they are joined by prediction
   * id.
   */
  @Nullable String keyColumn() {
    return labels == null ? null : labels.rule().keyColumn();
  }

  /** Whether labels are joined by prediction id. */
  boolean joinsById() {
    return labels != null && labels.rule().keyColumn() == null;
  }
}
