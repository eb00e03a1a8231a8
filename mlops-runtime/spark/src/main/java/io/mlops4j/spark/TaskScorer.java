package io.mlops4j.spark;

import io.mlops4j.error.InferenceException;
import io.mlops4j.error.ModelInputException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.Prediction;
import io.mlops4j.monitor.profile.Profile;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.function.BiFunction;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.execution.vectorized.WritableColumnVector;
import org.apache.spark.sql.types.DataType;
import org.jspecify.annotations.Nullable;
import scala.collection.Iterator;

/** Calls the model with the batches of one task, and counts. One thread. */
final class TaskScorer implements AutoCloseable {
  private final ScoringTask task;
  private final @Nullable TaskContext context;
  private final ExecutorModels.Lease model;
  private final List<FeatureColumn> columns = new ArrayList<>();
  private final DictionaryProvider.MapDictionaryProvider dictionaries =
      new DictionaryProvider.MapDictionaryProvider();
  private final Profile.@Nullable Builder profile;
  private final WritableColumnVector[]
      outputs; // on the heap; a reader may still have the last ones
  private long rows;
  private long calls;
  private long nanos;
  private boolean closed;

  /**
   * Loads the model if this JVM has not yet done so.
   *
   * @param features the columns that there are
   * @param context null on the driver
   */
  TaskScorer(
      ScoringTask task, List<String> features, DataType[] types, @Nullable TaskContext context) {
    this.task = task;
    this.context = context;
    outputs = OutputColumns.allocate(task.outputs());
    profile =
        task.bins().isEmpty()
            ? null
            : Profile.fromBytes(Base64.getDecoder().decode(task.bins())).counting();
    model = ExecutorModels.acquire(task.model());
    try {
      for (int i = 0; i < types.length; i++) {
        columns.add(
            new FeatureColumn(
                features.get(i), types[i], i, model.runtime().allocator(), dictionaries));
      }
    } catch (RuntimeException e) { // a type that no feature has, in a call of the SQL function
      free();
      throw e;
    }
  }

  /** Returns whether the task has ended, so that its memory is free. */
  boolean closed() {
    return closed;
  }

  /**
   * Returns whether there are further rows. After the last one everything is freed, and not only at
   * the end of the task: a task may read very many partitions, as after a {@code coalesce}.
   *
   * @param scored whether there is a row that was scored and not read
   */
  boolean goesOn(boolean scored, Iterator<?> source) {
    if (closed) {
      return false;
    }
    if (scored || source.hasNext()) {
      return true;
    }
    close();
    return false;
  }

  /**
   * Scores a batch.
   *
   * @param reader copies the feature with an index into a column
   * @return the outputs, valid until the next call
   */
  WritableColumnVector[] score(int count, BiFunction<FeatureColumn, Integer, FieldVector> reader) {
    List<FieldVector> vectors = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      vectors.add(reader.apply(columns.get(i), i));
    }
    VectorSchemaRoot root =
        new VectorSchemaRoot(vectors.stream().map(FieldVector::getField).toList(), vectors, count);
    try (FeatureBatch batch = FeatureBatch.of(root, dictionaries)) {
      predict(batch, count);
    }
    rows += count;
    return outputs;
  }

  private void predict(FeatureBatch batch, int count) {
    long begin = System.nanoTime();
    try (Prediction prediction = model.model().predict(batch);
        FeatureBatch answers = prediction.outputs()) {
      nanos += System.nanoTime() - begin;
      calls++;
      OutputColumns.copy(answers, task.outputs(), outputs);
      if (profile != null) {
        profile.addFitting(batch, answers);
      }
    } catch (ModelInputException | InferenceException e) {
      throw new InferenceException(place(batch, count) + ": " + e.getMessage(), e);
    }
  }

  /** Names the first row that fails by itself, or all rows of the batch. */
  private String place(FeatureBatch batch, int count) {
    int from = 0;
    int to = count;
    while (to - from > 1) { // a row that fails is in from..to
      int middle = (from + to) >>> 1;
      if (fails(batch, from, middle)) {
        to = middle;
      } else {
        from = middle;
      }
    }
    String where =
        "%s failed in partition %d"
            .formatted(task.model().version(), context == null ? 0 : context.partitionId());
    return fails(batch, from, to)
        ? "%s at row %d (row %d of its batch)".formatted(where, rows + from, from)
        : "%s in rows %d to %d".formatted(where, rows, rows + count - 1);
  }

  private boolean fails(FeatureBatch batch, int from, int to) {
    try (FeatureBatch some = batch.slice(from, to - from)) {
      model.model().predict(some).close();
      return false;
    } catch (ModelInputException | InferenceException e) {
      return true;
    }
  }

  /** Frees everything, and reports what was done. Called when the task ends for any reason, too. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    free();
    if (context == null) {
      return;
    }
    String counted = profile == null ? "" : TaskFigures.text(profile.build());
    task.figures()
        .add(
            new TaskFigures(context.stageId(), context.partitionId(), rows, calls, nanos, counted));
  }

  private void free() {
    columns.forEach(FeatureColumn::close);
    model.close();
  }
}
