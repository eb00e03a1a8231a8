package io.mlops4j.monitor;

import io.mlops4j.monitor.drift.DriftPolicy;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.monitor.profile.SlicedProfile;
import java.time.Clock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The settings of one monitor.
 *
 * @param slices null if rows are not sliced; merged, they are the reference
 * @param labels null if no labels were requested
 * @param score null for the only floating-point output
 * @param minimumRocAuc NaN to compare versions with earlier ones
 */
record MonitorSettings(
    Profile reference,
    @Nullable SlicedProfile slices,
    Window window,
    OncePer falseAlarms,
    @Nullable LabelJoin labels,
    Clock clock,
    @Nullable String score,
    double minimumRocAuc,
    int judgeEvery,
    int waitingRows,
    long handOffRows,
    DriftPolicy policy,
    AlarmLimit alarmLimit,
    Duration actionLimit) {

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
