package io.mlops4j.monitor;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.PredictionId;
import io.mlops4j.monitor.performance.Cbpe;
import io.mlops4j.monitor.performance.Dle;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.apache.arrow.vector.FieldVector;
import org.jspecify.annotations.Nullable;

/** The answers of a call as numbers, with their keys and groups. */
final class Answers {
  private final int rows;
  private final int width;
  private final double[] values;
  private final @Nullable LabelKey[] keys;
  private final short[] groups;
  private final int groupColumns;
  private final double @Nullable [][] features;
  private int unanswered;
  private int keyed;

  /**
   * Reads the answers of a call.
   *
   * @param keyColumn null if rows are joined by prediction id, or not at all
   */
  Answers(
      HandOff.Answered answered,
      PerformancePolicy policy,
      @Nullable String keyColumn,
      GroupNames groupNames) {
    PerformanceTask<?> task = policy.task();
    this.rows = answered.rows();
    this.width = task.width();
    this.values = new double[rows * width];
    task.read(answered.features(), answered.outputs(), values);
    this.keys = keys(answered, keyColumn);
    this.groupColumns = policy.groups().size();
    this.groups = groupNames.read(answered.features());
    this.features = features(answered.features(), policy.estimator());
    for (int row = 0; row < rows; row++) {
      unanswered += task.isUnanswered(values(row)) ? 1 : 0;
      keyed += keys[row] == null ? 0 : 1;
    }
  }

  private static @Nullable LabelKey[] keys(HandOff.Answered answered, @Nullable String keyColumn) {
    LabelKey[] keys = new LabelKey[answered.rows()];
    List<PredictionId> ids = answered.ids();
    if (ids != null) {
      Arrays.setAll(keys, row -> LabelKey.of(ids.get(row)));
    } else if (keyColumn != null) {
      FieldVector column = answered.features().column(keyColumn);
      for (int row = 0; row < keys.length; row++) {
        String key = LabelColumns.key(answered.features(), column, row);
        keys[row] = key == null ? null : LabelKey.of(key);
      }
    }
    return keys;
  }

  private static double @Nullable [][] features(
      FeatureBatch batch, PerformancePolicy.@Nullable Estimator estimator) {
    if (estimator == null || estimator.dle() == null) {
      return null;
    }
    List<String> columns = estimator.features();
    double[][] features = new double[batch.rows()][columns.size()];
    for (int c = 0; c < columns.size(); c++) {
      FieldVector column = batch.column(columns.get(c));
      for (int row = 0; row < features.length; row++) {
        features[row][c] = LabelColumns.number(column, row);
      }
    }
    return features;
  }

  int rows() {
    return rows;
  }

  /** The number of rows with a missing number in their answer. */
  int unanswered() {
    return unanswered;
  }

  /** The number of rows with a key. */
  int keyed() {
    return keyed;
  }

  @Nullable LabelKey key(int row) {
    return keys[row];
  }

  double[] values(int row) {
    return Arrays.copyOfRange(values, row * width, (row + 1) * width);
  }

  short[] groups(int row) {
    return Arrays.copyOfRange(groups, row * groupColumns, (row + 1) * groupColumns);
  }

  /** Returns an empty window of the estimator, or null if there is none. */
  static @Nullable Object estimate(PerformancePolicy.@Nullable Estimator estimator) {
    if (estimator == null) {
      return null;
    }
    Cbpe cbpe = estimator.cbpe();
    return cbpe != null ? cbpe.window() : Objects.requireNonNull(estimator.dle()).window();
  }

  /** Adds all answers to a window of an estimator. */
  void addTo(@Nullable Object estimate) {
    if (estimate instanceof Cbpe.Window window) {
      window.add(values);
    } else if (estimate instanceof Dle.Window window) {
      window.add(Objects.requireNonNull(features), values);
    }
  }

  /** Returns the window of all rows of these windows, or null if there is no estimator. */
  static @Nullable Object merged(
      PerformancePolicy.@Nullable Estimator estimator, List<PeriodTrack> periods) {
    Object all = estimate(estimator);
    for (PeriodTrack period : periods) {
      if (all instanceof Cbpe.Window window && period.estimate instanceof Cbpe.Window other) {
        all = window.merge(other);
      } else if (all instanceof Dle.Window window && period.estimate instanceof Dle.Window other) {
        all = window.merge(other);
      }
    }
    return all;
  }
}
