package io.mlops4j.monitor;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.PredictionId;
import java.util.List;
import java.util.Objects;

/** Checks labels before they are handed over to the monitor's thread. Thread safe. */
final class LabelIntake {
  private final MonitorSettings settings;

  LabelIntake(MonitorSettings settings) {
    this.settings = settings;
  }

  LabelKey keyed(String key) {
    Objects.requireNonNull(key, "key");
    String unused = keyColumn();
    return LabelKey.of(key);
  }

  LabelKey identified(PredictionId id) {
    Objects.requireNonNull(id, "id");
    if (!settings.joinsById()) {
      throw otherJoin();
    }
    return LabelKey.of(id);
  }

  List<HandOff.Label> of(LabelKey key, double label) {
    return List.of(new HandOff.Label(key, task().label(label)));
  }

  List<HandOff.Label> of(LabelKey key, String label) {
    return List.of(new HandOff.Label(key, task().label(label)));
  }

  List<HandOff.Label> of(FeatureBatch keysAndLabels) {
    return LabelColumns.labels(keysAndLabels, keyColumn(), task());
  }

  private String keyColumn() {
    String column = settings.keyColumn();
    if (column == null) {
      throw otherJoin();
    }
    return column;
  }

  private PerformanceTask<?> task() {
    PerformancePolicy policy = settings.measured();
    if (policy == null || settings.labels() == null) {
      throw otherJoin();
    }
    return policy.task();
  }

  private IllegalStateException otherJoin() {
    String found =
        settings.labels() == null || settings.measured() == null
            ? "stores no labels"
            : "joins by "
                + (settings.joinsById() ? "prediction id" : "the key " + settings.keyColumn());
    return new IllegalStateException(
        "labels: this monitor " + found + "; see ModelMonitor.builder(...).labels(...)");
  }
}
