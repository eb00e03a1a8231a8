package io.mlops4j.spark;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.Prediction;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.catalyst.CatalystTypeConverters;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.TaskCompletionListener;
import org.jspecify.annotations.Nullable;
import scala.Function1;

/** Scores one row for each call. Spark makes an instance for each task; one thread. */
final class RowFunction implements UDF1<Row, Row> {
  private static final long serialVersionUID = 1L;

  private final PinnedModel pinned;
  private final List<String> features;
  private final StructType outputs;
  private transient @Nullable Opened opened;

  RowFunction(PinnedModel pinned, List<String> features, StructType outputs) {
    this.pinned = pinned;
    this.features = features;
    this.outputs = outputs;
  }

  /** What the calls of a task share. */
  private record Opened(
      ExecutorModels.Lease model,
      StructType input,
      List<ColumnWriter> writers,
      Function1<Object, Object> reader,
      Function1<Object, Object> writer)
      implements AutoCloseable {
    @Override
    public void close() {
      writers.forEach(ColumnWriter::close);
      model.close();
    }
  }

  @Override
  public @Nullable Row call(@Nullable Row row) {
    if (row == null) {
      return null;
    }
    TaskContext task = TaskContext.get();
    if (task == null) { // Spark computes a constant on the driver
      try (Opened once = open(row.schema())) {
        return score(once, row);
      }
    }
    Opened shared = opened;
    if (shared == null) {
      Opened mine = open(row.schema());
      opened = mine;
      task.addTaskCompletionListener((TaskCompletionListener) ended -> mine.close());
      shared = mine;
    }
    return score(shared, row);
  }

  private Opened open(StructType input) {
    ExecutorModels.Lease model = ExecutorModels.acquire(pinned);
    List<ColumnWriter> writers = new ArrayList<>();
    List<String> names = Arrays.asList(input.fieldNames());
    for (String feature : features) {
      if (names.contains(feature)) { // the model reports the others
        writers.add(
            ColumnWriter.of(feature, input.apply(feature).dataType(), model.runtime().allocator()));
      }
    }
    return new Opened(
        model,
        input,
        writers,
        CatalystTypeConverters.createToCatalystConverter(input),
        CatalystTypeConverters.createToScalaConverter(outputs));
  }

  private Row score(Opened with, Row row) {
    InternalRow values = (InternalRow) with.reader().apply(row);
    List<FieldVector> vectors = new ArrayList<>();
    int at = 0;
    for (String feature : features) {
      if (Arrays.asList(with.input().fieldNames()).contains(feature)) {
        ColumnWriter writer = with.writers().get(at++);
        writer.begin();
        writer.write(values, with.input().fieldIndex(feature), 0);
        vectors.add(writer.end(1));
      }
    }
    VectorSchemaRoot root =
        new VectorSchemaRoot(vectors.stream().map(FieldVector::getField).toList(), vectors, 1);
    try (FeatureBatch batch = FeatureBatch.of(root);
        Prediction prediction = with.model().model().predict(batch);
        FeatureBatch answers = prediction.outputs()) {
      InternalRow answer = OutputColumns.view(answers, outputs).getRow(0);
      return (Row) with.writer().apply(answer);
    }
  }
}
