package io.mlops4j.runtime.internal.duckdb;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.compression.NoCompressionCodec;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.types.pojo.Schema;
import org.duckdb.DuckDBChunkedResult;
import org.duckdb.DuckDBPreparedStatement;
import org.jspecify.annotations.Nullable;

/** Collects the chunks of a running query, of up to 2048 rows each, to larger batches. */
final class ChunkReader extends ArrowReader {
  private final DuckDBPreparedStatement statement;
  private final DuckDBChunkedResult result;
  private final ByteBuffer resultRef;
  private final List<String> names;
  private final List<DuckType> types;
  private final int batchRows;
  private final List<Column> columns = new ArrayList<>();
  private @Nullable ByteBuffer chunk;
  private int chunkRows;
  private int chunkRead;
  private boolean started;

  /**
   * @param result the running query, which this reader closes with its statement
   */
  ChunkReader(
      DuckDBPreparedStatement statement,
      DuckDBChunkedResult result,
      List<String> names,
      List<DuckType> types,
      int batchRows,
      BufferAllocator allocator) {
    super(allocator, NoCompressionCodec.Factory.INSTANCE);
    this.statement = statement;
    this.result = result;
    this.resultRef = Natives.result(result);
    this.names = names;
    this.types = types;
    this.batchRows = batchRows;
  }

  @Override
  protected Schema readSchema() {
    List<org.apache.arrow.vector.types.pojo.Field> fields = new ArrayList<>();
    for (int i = 0; i < types.size(); i++) {
      fields.add(types.get(i).field(names.get(i)));
    }
    return new Schema(fields);
  }

  @Override
  public boolean loadNextBatch() throws IOException {
    prepareLoadNextBatch();
    VectorSchemaRoot root = getVectorSchemaRoot();
    for (int i = columns.size(); i < types.size(); i++) { // before the first batch
      columns.add(Columns.of(types.get(i), root.getVector(i)));
    }
    try {
      int rows = fill();
      columns.forEach(column -> column.end(rows));
      root.setRowCount(rows);
      boolean first = !started;
      started = true;
      return rows > 0 || first;
    } catch (SQLException e) {
      root.close();
      throw new IOException(e.getMessage(), e);
    } catch (RuntimeException e) {
      root.close();
      throw e;
    }
  }

  private int fill() throws SQLException {
    int rows = 0;
    while (rows < batchRows && hasRows()) {
      if (rows == 0) {
        columns.forEach(column -> column.begin(batchRows));
      }
      int count = Math.min(chunkRows - chunkRead, batchRows - rows);
      for (Column column : columns) {
        column.copy(chunkRead, count, rows);
      }
      chunkRead += count;
      rows += count;
    }
    return rows;
  }

  /** Fetches the next chunk when the rows of the last one are copied. */
  private boolean hasRows() throws SQLException {
    while (chunkRead == chunkRows) {
      freeChunk();
      ByteBuffer next = Natives.fetch(resultRef);
      if (next == null) {
        String error = Natives.error(resultRef);
        if (error != null) {
          throw new SQLException(error);
        }
        return false;
      }
      chunk = next;
      chunkRows = Natives.size(next);
      chunkRead = 0;
      for (int i = 0; i < columns.size(); i++) {
        columns.get(i).open(Natives.vector(next, i), chunkRows);
      }
    }
    return true;
  }

  private void freeChunk() {
    ByteBuffer last = chunk;
    chunk = null;
    chunkRows = 0;
    chunkRead = 0;
    if (last != null) {
      Natives.destroy(last);
    }
  }

  @Override
  public long bytesRead() {
    return 0;
  }

  @Override
  protected void closeReadSource() throws IOException {
    freeChunk();
    try (statement;
        result) {
      // Closes the result before its statement.
    } catch (SQLException e) {
      throw new IOException(e.getMessage(), e);
    }
  }
}
