package io.mlops4j.runtime.feature.jdbc;

import io.mlops4j.error.DataException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.compression.NoCompressionCodec;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.types.pojo.Schema;

/** Collects the rows of a result set to batches. A result without rows has one without rows. */
final class JdbcRows extends ArrowReader {
  private final ResultSet rows;
  private final List<JdbcColumn> columns;
  private final Schema schema;
  private final int batchRows;
  private long read;
  private boolean ended;

  JdbcRows(
      ResultSet rows,
      List<JdbcColumn> columns,
      Schema schema,
      int batchRows,
      BufferAllocator allocator) {
    super(allocator, NoCompressionCodec.Factory.INSTANCE);
    this.rows = rows;
    this.columns = columns;
    this.schema = schema;
    this.batchRows = batchRows;
  }

  @Override
  protected Schema readSchema() {
    return schema;
  }

  @Override
  public boolean loadNextBatch() throws java.io.IOException {
    prepareLoadNextBatch();
    VectorSchemaRoot root = getVectorSchemaRoot();
    boolean first = read == 0 && !ended;
    try {
      int count = fill(root);
      root.setRowCount(count);
      return count > 0 || first;
    } catch (RuntimeException e) {
      root.close();
      throw e;
    }
  }

  private int fill(VectorSchemaRoot root) {
    for (FieldVector vector : root.getFieldVectors()) {
      vector.setInitialCapacity(batchRows);
      vector.allocateNew();
    }
    int count = 0;
    while (count < batchRows && next()) {
      for (int i = 0; i < columns.size(); i++) {
        set(columns.get(i), root.getVector(i), count);
      }
      count++;
      read++;
    }
    return count;
  }

  private boolean next() {
    try {
      ended = ended || !rows.next();
      return !ended;
    } catch (SQLException e) {
      ended = true;
      throw JdbcQuery.failed("failed after " + read + " rows", e);
    }
  }

  private void set(JdbcColumn column, FieldVector vector, int at) {
    try {
      column.copy(rows, vector, at);
    } catch (SQLException | RuntimeException e) {
      throw new DataException(
          "the query: column "
              + column.field().getName()
              + ", row "
              + (read + 1)
              + ": found a value that is no "
              + column.field().getType()
              + ": "
              + e.getMessage()
              + "; set another type with ReadOptions.type, or CAST in the query",
          e);
    }
  }

  @Override
  public long bytesRead() {
    return 0;
  }

  @Override
  protected void closeReadSource() {
    // The query closes the result with its statement.
  }
}
