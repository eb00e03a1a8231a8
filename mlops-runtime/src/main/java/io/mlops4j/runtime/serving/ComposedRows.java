package io.mlops4j.runtime.serving;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.CallOptions;
import io.mlops4j.inference.RowModel;
import io.mlops4j.runtime.binding.output.FollowingReader;
import io.mlops4j.runtime.binding.record.KeptRow;
import io.mlops4j.runtime.binding.record.KeptRows;
import io.mlops4j.runtime.binding.record.RecordColumns;
import io.mlops4j.runtime.binding.record.RecordRows;
import io.mlops4j.runtime.serving.answer.DefaultPrediction;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A composition that is called with records. They become columns first. A single record of numbers
 * is written to columns that are used again.
 */
final class ComposedRows<I extends Record, O extends Record> implements RowModel<I, O> {
  private final ComposedModel model;
  private final RecordColumns<I> columns;
  private final FollowingReader<O> reader;
  private final BufferAllocator allocator;

  /** Columns of one row; null if the records have other values than numbers. */
  private final @Nullable KeptRows<I> kept;

  /** One instance, because members remember the columns of a schema. */
  private final Schema schema;

  ComposedRows(
      ComposedModel model,
      RecordColumns<I> columns,
      FollowingReader<O> reader,
      BufferAllocator allocator,
      @Nullable KeptRows<I> kept) {
    this.kept = kept;
    this.model = model;
    this.columns = columns;
    this.reader = reader;
    this.allocator = allocator;
    this.schema = columns.schema();
  }

  @Override
  public O predict(I row) {
    return predict(row, CallOptions.withDefaults());
  }

  @Override
  public O predict(I row, CallOptions options) {
    Objects.requireNonNull(row, "row");
    Objects.requireNonNull(options, "options");
    return kept == null || !model.mayKeepRows(options)
        ? answer(List.of(row), options).get(0)
        : answer(kept, row, options);
  }

  private O answer(KeptRows<I> rows, I values, CallOptions options) {
    model.enter();
    try {
      KeptRow<I> row = rows.take();
      try (DefaultPrediction answer = model.answer(row.set(values), options)) {
        return reader.read(answer, 0);
      } finally {
        rows.give(row);
      }
    } finally {
      model.leave();
    }
  }

  @Override
  public List<O> predict(List<I> rows) {
    Objects.requireNonNull(rows, "rows");
    List<I> asked = BoundRows.copy(rows);
    return asked.isEmpty() ? List.of() : answer(asked, CallOptions.withDefaults());
  }

  private List<O> answer(List<I> rows, CallOptions options) {
    model.enter();
    try (FeatureBatch batch = batch(rows);
        DefaultPrediction answer = model.answer(batch, options)) {
      List<O> read = new ArrayList<>(rows.size());
      for (int i = 0; i < rows.size(); i++) {
        read.add(reader.read(answer, i));
      }
      return List.copyOf(read);
    } finally {
      model.leave();
    }
  }

  private FeatureBatch batch(List<I> rows) {
    RecordRows<I> written = columns.rows(Math.max(1, rows.size()), allocator);
    try {
      for (int i = 0; i < rows.size(); i++) {
        written.set(i, rows.get(i));
      }
      return FeatureBatch.owning(
          new VectorSchemaRoot(schema, written.end(rows.size()), rows.size()));
    } catch (RuntimeException | Error e) {
      written.close();
      throw e;
    }
  }

  @Override
  public CompletableFuture<O> predictAsync(I row, CallOptions options) {
    Objects.requireNonNull(row, "row");
    Objects.requireNonNull(options, "options");
    try {
      model.enter();
    } catch (IllegalStateException e) {
      return CompletableFuture.failedFuture(e);
    }
    FeatureBatch batch;
    try {
      batch = batch(List.of(row));
    } catch (RuntimeException | Error e) {
      model.leave();
      return CompletableFuture.failedFuture(e);
    }
    return model.answerAsync(batch, options, answer -> reader.read(answer, 0));
  }
}
