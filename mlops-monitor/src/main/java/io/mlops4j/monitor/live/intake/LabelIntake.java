package io.mlops4j.monitor.live.intake;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.PredictionId;
import io.mlops4j.monitor.live.rows.Handed;
import io.mlops4j.monitor.live.rows.JoinRule;
import io.mlops4j.monitor.live.rows.LabelKey;
import io.mlops4j.monitor.performance.task.LabelColumns;
import io.mlops4j.monitor.performance.task.PerformanceTask;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Checks labels before they are handed over to the monitor's thread. Thread safe. */
public final class LabelIntake {
  private final @Nullable JoinRule join;
  private final @Nullable PerformanceTask<?> task;

  /**
   * @param join null if no labels were requested
   * @param task null if performance is not watched
   */
  public LabelIntake(@Nullable JoinRule join, @Nullable PerformanceTask<?> task) {
    this.join = join;
    this.task = task;
  }

  public LabelKey keyed(String key) {
    Objects.requireNonNull(key, "key");
    String unused = keyColumn();
    return LabelKey.of(key);
  }

  public LabelKey identified(PredictionId id) {
    Objects.requireNonNull(id, "id");
    if (join == null || join.keyColumn() != null) {
      throw otherJoin();
    }
    return LabelKey.of(id);
  }

  public List<Handed.Label> of(LabelKey key, double label) {
    return List.of(new Handed.Label(key, task().label(label)));
  }

  public List<Handed.Label> of(LabelKey key, String label) {
    return List.of(new Handed.Label(key, task().label(label)));
  }

  public List<Handed.Label> of(FeatureBatch keysAndLabels) {
    return LabelColumns.labels(keysAndLabels, keyColumn(), task());
  }

  private String keyColumn() {
    String column = join == null ? null : join.keyColumn();
    if (column == null) {
      throw otherJoin();
    }
    return column;
  }

  private PerformanceTask<?> task() {
    if (task == null || join == null) {
      throw otherJoin();
    }
    return task;
  }

  private IllegalStateException otherJoin() {
    String found =
        join == null || task == null
            ? "stores no labels"
            : "joins by "
                + (join.keyColumn() == null ? "prediction id" : "the key " + join.keyColumn());
    return new IllegalStateException(
        "labels: this monitor " + found + "; see ModelMonitor.builder(...).labels(...)");
  }
}
