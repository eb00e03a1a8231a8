package io.mlops4j.runtime.internal.duckdb;

import io.mlops4j.feature.FeatureBatch;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.arrow.vector.types.pojo.Field;
import org.duckdb.DuckDBDataChunkWriter;
import org.duckdb.DuckDBTableFunction;
import org.duckdb.DuckDBTableFunctionBindInfo;
import org.duckdb.DuckDBTableFunctionCallInfo;
import org.duckdb.DuckDBTableFunctionInitInfo;
import org.jspecify.annotations.Nullable;

/** The table function through which DuckDB reads batches. */
final class RowSource
    implements DuckDBTableFunction<RowSource, RowSource, RowSource>, AutoCloseable {
  static final String NAME = "mlops4j_rows";

  /** Where the batches come from. */
  interface Batches {
    /** Returns a batch, which is closed after its rows were read, or null at the end. */
    @Nullable FeatureBatch take() throws InterruptedException;
  }

  private final Batches batches;
  private final List<String> names;
  private final List<SinkColumn> columns;
  private final List<ByteBuffer> types;
  private @Nullable FeatureBatch batch;
  private int read;

  /**
   * Makes batches readable by {@link #NAME}.
   *
   * @param types DuckDB's types of the fields by {@link SinkType}
   */
  RowSource(DuckDb database, Batches batches, List<Field> fields, List<String> types) {
    this.batches = batches;
    this.names = fields.stream().map(Field::getName).toList();
    this.columns = fields.stream().map(SinkColumn::of).toList();
    this.types = LogicalTypes.of(database, types);
    ChunkFunctions.register(database, NAME, this, this::fill);
  }

  @Override
  public RowSource bind(DuckDBTableFunctionBindInfo info) {
    for (int i = 0; i < types.size(); i++) {
      Natives.addColumn(info, names.get(i), types.get(i));
    }
    return this;
  }

  @Override
  public RowSource init(DuckDBTableFunctionInitInfo info) {
    info.setMaxThreads(1);
    return this;
  }

  @Override
  public long apply(DuckDBTableFunctionCallInfo info, DuckDBDataChunkWriter chunk) {
    throw new IllegalStateException("found a call of apply, expected one of fill");
  }

  private void fill(ByteBuffer call, ByteBuffer chunk) {
    try {
      Natives.setSize(chunk, fill(chunk));
    } catch (Throwable e) { // DuckDB calls this method and expects no exception
      free();
      String message = e instanceof IllegalArgumentException ? e.getMessage() : null;
      Natives.setError(call, message == null ? e.toString() : message);
    }
  }

  private int fill(ByteBuffer chunk) throws InterruptedException {
    FeatureBatch from = batch;
    while (from == null || read == from.rows()) {
      free();
      from = batches.take();
      batch = from;
      if (from == null) {
        return 0;
      }
    }
    int count = Math.min(Natives.mostRows(), from.rows() - read);
    for (int i = 0; i < columns.size(); i++) {
      columns.get(i).copy(from.root().getVector(i), read, count, Natives.vector(chunk, i));
    }
    read += count;
    return count;
  }

  /** Closes the batch that is read. */
  void free() {
    if (batch != null) {
      batch.close();
      batch = null;
    }
    read = 0;
  }

  /** Closes the batch that is read. No query may use this source any more. */
  @Override
  public void close() {
    free();
    types.forEach(Natives::destroyType);
    types.clear();
  }
}
