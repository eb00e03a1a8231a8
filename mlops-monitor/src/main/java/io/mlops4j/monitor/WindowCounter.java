package io.mlops4j.monitor;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.monitor.profile.Role;
import java.util.List;
import java.util.stream.Stream;

/**
 * Counts the rows of one window, or of one slice of it. Features and outputs are counted by two
 * watches: a problem on one side does not stop the other. Used by the monitor's thread only.
 */
final class WindowCounter {
  private final ColumnWatch features;
  private final ColumnWatch outputs;

  WindowCounter(Profile reference, Failures failures) {
    this.features = new ColumnWatch(Role.FEATURE, reference, failures);
    this.outputs = new ColumnWatch(Role.OUTPUT, reference, failures);
  }

  void add(FeatureBatch batch, FeatureBatch answers) {
    features.add(batch, answers);
    outputs.add(batch, answers);
  }

  /** The columns of the reference that are not compared in the open window. */
  List<NotWatched> leftOut() {
    return Stream.of(features, outputs)
        .flatMap(side -> side.leftOut().entrySet().stream())
        .map(column -> new NotWatched(column.getKey(), column.getValue()))
        .toList();
  }

  /** The rows so far, without the columns that are left out. */
  Profile counted() {
    return features.counted().join(outputs.counted());
  }
}
