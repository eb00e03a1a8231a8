package io.mlops4j.runtime.feature.arrow;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.runtime.feature.engine.DataEngine;
import io.mlops4j.runtime.feature.engine.RowCondition;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.util.AutoCloseables;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.ValueVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * Chooses rows of Arrow batches by a condition in SQL, which is computed from the columns that it
 * mentions. The chosen rows are copied as they are, so that all types of Arrow stay what they are.
 */
final class ArrowFilter implements AutoCloseable {
  private final RowCondition filter;
  private final BufferAllocator allocator;

  ArrowFilter(String condition, Schema columns, BufferAllocator allocator) {
    this.filter = DataEngine.find("filters").condition(condition, columns, allocator);
    this.allocator = allocator;
  }

  /**
   * Returns the rows for which the condition is true.
   *
   * @param batch the rows, which stay open
   * @param columns the columns to return; empty for all
   */
  FeatureBatch choose(FeatureBatch batch, List<String> columns) {
    int[] rows = rows(batch);
    List<FieldVector> chosen = new ArrayList<>();
    try {
      List<String> names =
          columns.isEmpty()
              ? batch.root().getFieldVectors().stream().map(ValueVector::getName).toList()
              : columns;
      for (String name : names) {
        chosen.add(take(batch.column(name), rows, batch.rows()));
      }
    } catch (RuntimeException e) {
      AutoCloseables.close(e, chosen);
      throw e;
    }
    try (VectorSchemaRoot root =
        new VectorSchemaRoot(schema(batch, columns), chosen, rows.length)) {
      return FeatureBatch.owning(root, batch.dictionaries());
    }
  }

  /** Returns the schema of the file's batch, because vectors do not know all that it states. */
  private static Schema schema(FeatureBatch batch, List<String> columns) {
    Schema all = batch.root().getSchema();
    return columns.isEmpty()
        ? all
        : new Schema(columns.stream().map(all::findField).toList(), all.getCustomMetadata());
  }

  private int[] rows(FeatureBatch batch) {
    List<FieldVector> mentioned = new ArrayList<>();
    try {
      for (String name : filter.columns()) {
        mentioned.add(PlainColumns.of(batch.column(name), batch));
      }
      return filter.rows(mentioned, batch.rows());
    } finally {
      mentioned.forEach(FieldVector::close);
    }
  }

  private FieldVector take(FieldVector from, int[] rows, int all) {
    if (rows.length == all) {
      return PlainColumns.share(from);
    }
    CopiedRows chosen = new CopiedRows(from, rows.length, allocator);
    try {
      chosen.add(from, rows);
      return chosen.finish();
    } catch (RuntimeException e) {
      chosen.free();
      throw e;
    }
  }

  @Override
  public void close() {
    filter.close();
  }
}
