package io.mlops4j.spark;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.catalyst.CatalystTypeConverters;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.vectorized.ColumnarBatch;
import org.apache.spark.util.TaskCompletionListener;
import org.jspecify.annotations.Nullable;
import scala.Function1;

/**
 * Scores one row for each call. Spark makes an instance for each task; one thread. All calls of the
 * function in a query share it, and each call may have a struct of its own.
 */
final class RowFunction implements UDF1<Row, Row> {
  private static final long serialVersionUID = 1L;

  private final ScoringTask task;
  private transient @Nullable Map<StructType, Opened> opened;

  RowFunction(ScoringTask task) {
    this.task = task;
  }

  /** What the calls of a task share. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Opened(
      TaskScorer scorer,
      int[] ordinals,
      Function1<Object, Object> reader,
      Function1<Object, Object> writer) {}

  @Override
  public @Nullable Row call(@Nullable Row row) {
    if (row == null) {
      return null;
    }
    TaskContext context = TaskContext.get();
    if (context == null) { // Spark computes a constant on the driver
      Opened once = open(row.schema(), null);
      try {
        return score(once, row);
      } finally {
        once.scorer().close();
      }
    }
    return score(shared(row.schema(), context), row);
  }

  private Opened shared(StructType input, TaskContext context) {
    Map<StructType, Opened> all = opened;
    if (all == null) {
      all = new HashMap<>();
      opened = all;
    }
    Opened known = all.get(input);
    if (known == null || known.scorer().closed()) {
      Opened mine = open(input, context);
      context.addTaskCompletionListener((TaskCompletionListener) ended -> mine.scorer().close());
      all.put(input, mine);
      known = mine;
    }
    return known;
  }

  private Opened open(StructType input, @Nullable TaskContext context) {
    // The model reports features that the struct does not have.
    List<String> features =
        task.features().stream().filter(Arrays.asList(input.fieldNames())::contains).toList();
    DataType[] types =
        features.stream().map(name -> input.apply(name).dataType()).toArray(DataType[]::new);
    return new Opened(
        new TaskScorer(task, features, types, context),
        features.stream().mapToInt(input::fieldIndex).toArray(),
        CatalystTypeConverters.createToCatalystConverter(input),
        CatalystTypeConverters.createToScalaConverter(task.outputs()));
  }

  private static Row score(Opened with, Row row) {
    InternalRow[] values = {(InternalRow) with.reader().apply(row)};
    ColumnarBatch answer =
        new ColumnarBatch(
            with.scorer().score(1, (column, i) -> column.read(values, with.ordinals()[i], 1)), 1);
    return (Row) with.writer().apply(answer.getRow(0));
  }
}
