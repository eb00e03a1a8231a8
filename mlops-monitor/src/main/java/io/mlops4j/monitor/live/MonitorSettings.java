package io.mlops4j.monitor.live;

import io.mlops4j.monitor.drift.DriftPolicy;
import io.mlops4j.monitor.live.alarm.AlarmLimit;
import io.mlops4j.monitor.live.intake.ProcessorLimit;
import io.mlops4j.monitor.live.rows.FalseAlarms;
import io.mlops4j.monitor.live.rows.JoinRule;
import io.mlops4j.monitor.live.rows.Span;
import io.mlops4j.monitor.live.state.StateSettings;
import io.mlops4j.monitor.live.watch.WatchSettings;
import io.mlops4j.monitor.live.watch.WideBounds;
import io.mlops4j.monitor.performance.task.PerformanceRules;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.monitor.profile.Role;
import io.mlops4j.monitor.profile.SlicedProfile;
import io.mlops4j.monitor.quality.QualityPolicy;
import io.mlops4j.monitor.quality.QualitySuite;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The settings of one monitor.
 *
 * @param slices null if rows are not sliced; merged, they are the reference
 * @param labels null if no labels were requested
 * @param performance null if neither a policy was stated nor labels were requested
 * @param without the parts that are switched off, in words, which are part of the state
 * @param limit the budget of processor time
 * @param state null if the state is not stored
 * @param answerTolerance by which numbers of a shadow may differ
 * @param windowRows the expected rows of a window; the largest number if they are unknown
 * @param learned what the reference chose and why; null if the monitor was given a profile
 */
public record MonitorSettings(
    Profile reference,
    @Nullable SlicedProfile slices,
    Span window,
    FalseAlarms falseAlarms,
    @Nullable JoinRule labels,
    Clock clock,
    @Nullable PerformanceRules performance,
    long handOffRows,
    ProcessorLimit limit,
    DriftPolicy features,
    DriftPolicy outputs,
    QualitySuite quality,
    Parts parts,
    String without,
    AlarmLimit alarmLimit,
    Duration actionLimit,
    @Nullable StateSettings state,
    double answerTolerance,
    long windowRows,
    @Nullable Learned learned) {

  /** Enough rows of a window for the checks of data quality that need values. */
  private static final long CHECKED_ROWS = 640;

  /** The parts of a monitor, and whether each is switched on. */
  public record Parts(boolean features, boolean outputs, boolean quality, boolean performance) {}

  /**
   * What a reference learned.
   *
   * @param text what it chose and why
   * @param factors of the bounds of drift, by column
   * @param isShort whether windows narrow them, because its days are too few
   */
  public record Learned(String text, Map<String, Double> factors, boolean isShort) {}

  private boolean watchesPerformance() {
    return parts.performance && labels != null;
  }

  /** Whether anything is watched. */
  boolean watchesAny() {
    return watchesDrift() || parts.quality || watchesPerformance();
  }

  /** Whether rows are compared with the reference. */
  boolean watchesDrift() {
    return parts.features || parts.outputs;
  }

  /** The rules for drift of the features and outputs that are watched. */
  DriftPolicy policy() {
    return policy(learned == null ? Map.of() : learned.factors);
  }

  private DriftPolicy policy(Map<String, Double> factors) {
    Map<String, Double> watched = new TreeMap<>(factors);
    watched.keySet().removeAll(switchedOff());
    DriftPolicy none = DriftPolicy.withDefaults();
    return (parts.features ? features : none)
        .withBoundFactors(watched)
        .withOutputs((parts.outputs ? outputs : none).withBoundFactors(watched));
  }

  /** The columns of the reference whose side of the model is switched off. */
  List<String> switchedOff() {
    return reference.columns().stream()
        .filter(
            name ->
                reference.column(name).role() == Role.FEATURE ? !parts.features : !parts.outputs)
        .toList();
  }

  /** The settings that watches read. */
  public WatchSettings watched() {
    return new WatchSettings(
        reference,
        slices,
        window,
        falseAlarms,
        policy(),
        learned == null || !learned.isShort ? null : new WideBounds(learned.factors, this::policy),
        switchedOff(),
        watchesDrift(),
        quality.withPolicy(quality.policy().withSampling(qualitySampling())),
        labels,
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
        (watchesDrift() ? 1 : 0) + (parts.quality ? 1 : 0) + (watchesPerformance() ? 1 : 0);
    return Math.max(1, watches);
  }

  /**
   * The rules by which answers are compared with labels or estimated; null if performance is not
   * watched.
   */
  public @Nullable PerformanceRules measured() {
    return parts.performance ? performance : null;
  }

  /**
   * The key column of the labels; null if there are no labels, or if they are joined by prediction
   * id.
   */
  @Nullable String keyColumn() {
    return labels == null ? null : labels.keyColumn();
  }

  /** Whether labels are joined by prediction id. */
  boolean joinsById() {
    return labels != null && labels.keyColumn() == null;
  }
}
