package io.mlops4j.runtime.internal.duckdb;

import io.mlops4j.feature.FeatureBatch;
import java.sql.SQLException;
import java.util.List;
import org.duckdb.DuckDBDataChunkWriter;
import org.duckdb.DuckDBFunctions;
import org.duckdb.DuckDBTableFunction;
import org.duckdb.DuckDBTableFunctionBindInfo;
import org.duckdb.DuckDBTableFunctionBuilder;
import org.duckdb.DuckDBTableFunctionCallInfo;
import org.duckdb.DuckDBTableFunctionInitInfo;
import org.jspecify.annotations.Nullable;

/** The table function through which DuckDB reads batches. */
final class RowSource implements DuckDBTableFunction<RowSource, RowSource, RowSource> {
  static final String NAME = "mlops4j_rows";

  /** Where the batches come from. */
  interface Batches {
    /** Returns a batch, which is closed after its rows were read, or null at the end. */
    @Nullable FeatureBatch take() throws InterruptedException;
  }

  private final Batches batches;
  private final List<SinkColumn> columns;
  private @Nullable FeatureBatch batch;
  private int read;

  RowSource(Batches batches, List<SinkColumn> columns) {
    this.batches = batches;
    this.columns = columns;
  }

  /**
   * Makes the batches readable by {@link #NAME}. This is not a method of {@link DuckDb}, which must
   * be linked without DuckDB to say that it is missing.
   */
  void register(DuckDb database) {
    try (DuckDBTableFunctionBuilder function = DuckDBFunctions.tableFunction()) {
      function.withName(NAME).withFunction(this).register(database.connection());
    } catch (SQLException e) {
      throw DuckDb.failed(e);
    }
  }

  @Override
  public RowSource bind(DuckDBTableFunctionBindInfo info) throws SQLException {
    for (SinkColumn column : columns) {
      column.declare(info);
    }
    return this;
  }

  @Override
  public RowSource init(DuckDBTableFunctionInitInfo info) {
    info.setMaxThreads(1);
    return this;
  }

  @Override
  public long apply(DuckDBTableFunctionCallInfo info, DuckDBDataChunkWriter chunk)
      throws InterruptedException {
    try {
      return fill(chunk);
    } catch (RuntimeException | InterruptedException e) {
      free();
      throw e;
    }
  }

  private long fill(DuckDBDataChunkWriter chunk) throws InterruptedException {
    FeatureBatch from = batch;
    while (from == null || read == from.rows()) {
      free();
      from = batches.take();
      batch = from;
      if (from == null) {
        return 0;
      }
    }
    int count = (int) Math.min(chunk.capacity(), from.rows() - read);
    for (int i = 0; i < columns.size(); i++) {
      columns.get(i).copy(from.root().getVector(i), read, count, chunk.vector(i));
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
}
