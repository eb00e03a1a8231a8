package io.mlops4j.spark;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.Prediction;
import io.mlops4j.monitor.profile.Profile;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.function.IntFunction;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.JoinedRow;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.vectorized.ColumnVector;
import org.apache.spark.sql.vectorized.ColumnarBatch;
import org.jspecify.annotations.Nullable;
import scala.collection.AbstractIterator;
import scala.collection.Iterator;

/**
 * Scores the rows of one partition in batches. A batch of columns is scored as it is; rows are
 * collected first. The memory of a batch is freed when the next one is scored, or the task ends.
 * One thread.
 */
final class PartitionScorer extends AbstractIterator<InternalRow> {
  private static final int ROWS = 4096;

  private final ScoringTask task;
  private final Iterator<?> source;
  private final TaskContext context;
  private final ExecutorModels.Lease model;
  private final List<ColumnWriter> writers = new ArrayList<>();
  private final int[] ordinals;
  private final Profile.@Nullable Builder profile;
  private final @Nullable InternalRow[] copies = new InternalRow[ROWS];
  private final JoinedRow joined = new JoinedRow();

  private @Nullable Prediction prediction;
  private @Nullable FeatureBatch answers;
  private ColumnarBatch outputs = new ColumnarBatch(new ColumnVector[0], 0);
  private IntFunction<InternalRow> inputs = this::copied;
  private int rows;
  private int next;
  private long done;
  private long calls;
  private long nanos;
  private boolean closed;

  PartitionScorer(ScoringTask task, Iterator<?> source, TaskContext context) {
    this.task = task;
    this.source = source;
    this.context = context;
    this.model = ExecutorModels.acquire(task.model());
    StructType input = task.input();
    ordinals = task.features().stream().mapToInt(input::fieldIndex).toArray();
    for (int i = 0; i < ordinals.length; i++) {
      writers.add(
          ColumnWriter.of(
              task.features().get(i),
              input.apply(ordinals[i]).dataType(),
              model.runtime().allocator()));
    }
    profile =
        task.bins().isEmpty()
            ? null
            : Profile.fromBytes(Base64.getDecoder().decode(task.bins())).counting();
  }

  @Override
  public boolean hasNext() {
    while (next == rows) {
      if (closed || !source.hasNext()) {
        return false;
      }
      read();
      score();
    }
    return true;
  }

  @Override
  public InternalRow next() {
    if (!hasNext()) {
      throw new NoSuchElementException("the partition has no further row");
    }
    InternalRow row = joined.apply(inputs.apply(next), outputs.getRow(next));
    next++;
    return row;
  }

  private InternalRow copied(int row) {
    return Objects.requireNonNull(copies[row]);
  }

  private void read() {
    free();
    Object first = source.next();
    if (first instanceof ColumnarBatch columns) {
      rows = columns.numRows();
      inputs = columns::getRow;
      return;
    }
    copies[0] = ((InternalRow) first).copy();
    rows = 1;
    while (rows < ROWS && source.hasNext()) {
      copies[rows++] = ((InternalRow) source.next()).copy();
    }
  }

  private void score() {
    List<FieldVector> vectors = new ArrayList<>();
    for (int i = 0; i < ordinals.length; i++) {
      ColumnWriter writer = writers.get(i);
      writer.begin();
      for (int row = 0; row < rows; row++) {
        writer.write(inputs.apply(row), ordinals[i], row);
      }
      vectors.add(writer.end(rows));
    }
    VectorSchemaRoot root =
        new VectorSchemaRoot(vectors.stream().map(FieldVector::getField).toList(), vectors, rows);
    try (FeatureBatch batch = FeatureBatch.of(root)) {
      long begin = System.nanoTime();
      Prediction scored = model.model().predict(batch);
      prediction = scored;
      nanos += System.nanoTime() - begin;
      FeatureBatch answered = scored.outputs();
      answers = answered;
      outputs = OutputColumns.view(answered, task.outputs());
      if (profile != null) {
        profile.addFitting(batch, answered);
      }
    }
    calls++;
    done += rows;
  }

  private void free() {
    rows = 0;
    next = 0;
    if (answers != null) {
      answers.close();
      answers = null;
    }
    if (prediction != null) {
      prediction.close();
      prediction = null;
    }
  }

  /** Frees everything, and reports what was done. Called when the task ends, for any reason. */
  void close() {
    if (closed) {
      return;
    }
    closed = true;
    free();
    writers.forEach(ColumnWriter::close);
    model.close();
    String counted =
        profile == null ? "" : Base64.getEncoder().encodeToString(profile.build().toBytes());
    task.figures()
        .add(
            new TaskFigures(context.stageId(), context.partitionId(), done, calls, nanos, counted));
  }
}
