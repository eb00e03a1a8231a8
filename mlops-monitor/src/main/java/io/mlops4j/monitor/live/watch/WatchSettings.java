package io.mlops4j.monitor.live.watch;

import io.mlops4j.monitor.drift.DriftPolicy;
import io.mlops4j.monitor.live.rows.FalseAlarms;
import io.mlops4j.monitor.live.rows.JoinRule;
import io.mlops4j.monitor.live.rows.Span;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.monitor.profile.SlicedProfile;
import io.mlops4j.monitor.quality.QualitySuite;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The settings that watches read.
 *
 * @param slices null if rows are not sliced; merged, they are the reference
 * @param policy the rules for drift of the features and outputs that are watched
 * @param wide the bounds in it that windows narrow; null if the reference knows how its days differ
 * @param switchedOff the columns of the reference whose side of the model is not watched
 * @param drift whether rows are compared with the reference
 * @param quality with the rows of which one is checked
 * @param labels null if no labels were requested
 * @param watches the number of watches that divide the budget equally; features and outputs are
 *     judged together
 */
public record WatchSettings(
    Profile reference,
    @Nullable SlicedProfile slices,
    Span window,
    FalseAlarms falseAlarms,
    DriftPolicy policy,
    @Nullable WideBounds wide,
    List<String> switchedOff,
    boolean drift,
    QualitySuite quality,
    @Nullable JoinRule labels,
    int watches) {

  /**
   * Returns the level of one judgement by one watch: its share of the budget.
   *
   * @param rows the rows or labels of the judgement
   * @param time the time that they cover
   * @param versions the versions that are judged for the same time, which share a budget of days
   */
  public double level(long rows, Duration time, int versions) {
    return falseAlarms.level(rows, time.dividedBy(versions), watches);
  }

  /** The part of the budget that one watch may spend. */
  public double budgetPart() {
    return 1.0 / watches;
  }

  /** The key column of the labels; null without labels, or if they are joined by prediction id. */
  public @Nullable String keyColumn() {
    return labels == null ? null : labels.keyColumn();
  }
}
