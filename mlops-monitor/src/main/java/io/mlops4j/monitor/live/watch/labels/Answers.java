package io.mlops4j.monitor.live.watch.labels;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.PredictionId;
import io.mlops4j.monitor.live.rows.Handed;
import io.mlops4j.monitor.live.rows.LabelKey;
import io.mlops4j.monitor.live.state.StateReader;
import io.mlops4j.monitor.live.state.StateWriter;
import io.mlops4j.monitor.performance.PerformanceEstimator;
import io.mlops4j.monitor.performance.task.GroupNames;
import io.mlops4j.monitor.performance.task.LabelColumns;
import io.mlops4j.monitor.performance.task.PerformanceRules;
import io.mlops4j.monitor.performance.task.PerformanceTask;
import java.util.Arrays;
import java.util.List;
import org.apache.arrow.vector.FieldVector;
import org.jspecify.annotations.Nullable;

/** The answers of a call as numbers, with their keys and groups. */
public final class Answers {
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
      Handed.Answered answered,
      PerformanceRules policy,
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
    count(task);
  }

  /** Reads what {@link #write} wrote. */
  Answers(StateReader in, PerformanceRules policy, GroupNames groupNames) {
    PerformanceTask<?> task = policy.task();
    this.rows = in.length(1);
    this.width = task.width();
    in.check((long) rows * width * Double.BYTES <= in.remaining(), "found " + rows + " rows");
    this.values = new double[rows * width];
    this.keys = new LabelKey[rows];
    this.groupColumns = policy.groups().size();
    this.groups = new short[rows * groupColumns];
    PerformanceRules.Estimator estimator = policy.estimator();
    this.features = estimator != null && estimator.readsFeatures() ? new double[rows][] : null;
    for (int row = 0; row < rows; row++) {
      keys[row] = in.optional(one -> new LabelKey(one.int64(), one.int64()));
      for (int column = 0; column < width; column++) {
        values[row * width + column] = in.number();
      }
      System.arraycopy(
          groupNames.read(in, groupColumns), 0, groups, row * groupColumns, groupColumns);
      if (features != null) {
        features[row] = in.numbers();
      }
    }
    count(task);
  }

  private void count(PerformanceTask<?> task) {
    for (int row = 0; row < rows; row++) {
      unanswered += task.isUnanswered(values(row)) ? 1 : 0;
      keyed += keys[row] == null ? 0 : 1;
    }
  }

  /** Writes rows from one to before another. */
  void write(StateWriter out, int from, int to) {
    out.put(to - from);
    for (int row = from; row < to; row++) {
      out.optional(keys[row], (one, key) -> one.put(key.high()).put(key.low()));
      for (int column = 0; column < width; column++) {
        out.put(values[row * width + column]);
      }
      out.put(groups(row));
      if (features != null) {
        out.put(features[row]);
      }
    }
  }

  /** The bytes that {@link #write} needs for a row, or more. */
  int bytesOfRow() {
    int columns = features == null || rows == 0 ? 0 : features[0].length;
    return 32 + Double.BYTES * (width + columns) + Short.BYTES * groupColumns;
  }

  private static @Nullable LabelKey[] keys(Handed.Answered answered, @Nullable String keyColumn) {
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
      FeatureBatch batch, PerformanceRules.@Nullable Estimator estimator) {
    if (estimator == null || !estimator.readsFeatures()) {
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

  /** Adds all answers to a window of the policy's estimator. */
  void addTo(PerformanceEstimator.Window estimate) {
    if (features != null) {
      estimate.add(features, values);
    } else if (width == 1) {
      estimate.add(values);
    } else {
      double[][] each = new double[rows][];
      Arrays.setAll(each, this::values);
      estimate.add(each);
    }
  }
}
