package io.mlops4j.runtime.feature;

import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.ExtensionTypeVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.NullVector;
import org.apache.arrow.vector.ValueVector;

/**
 * A column that is filled row by row from columns of the same type, so that every type of Arrow
 * stays what it is. The caller closes the column.
 */
final class CopiedRows {
  private final FieldVector column;
  private final ValueVector values;
  private int rows;

  CopiedRows(FieldVector like, int capacity, BufferAllocator allocator) {
    column = like.getField().createVector(allocator);
    values = stored(column);
    values.setInitialCapacity(capacity);
    values.allocateNew();
  }

  private static ValueVector stored(FieldVector column) {
    return column instanceof ExtensionTypeVector<?> typed ? typed.getUnderlyingVector() : column;
  }

  /** Appends chosen rows. */
  void add(FieldVector from, int[] chosen) {
    ValueVector source = stored(from);
    for (int row : chosen) {
      copy(source, row);
    }
  }

  /** Appends all rows. */
  void addAll(FieldVector from) {
    ValueVector source = stored(from);
    for (int row = 0; row < source.getValueCount(); row++) {
      copy(source, row);
    }
  }

  private void copy(ValueVector source, int row) {
    if (!(source instanceof NullVector)) { // has nothing to copy, and refuses it
      values.copyFromSafe(row, rows, source);
    }
    rows++;
  }

  /** Returns the column with the rows that were added. */
  FieldVector finish() {
    column.setValueCount(rows);
    return column;
  }

  void free() {
    column.close();
  }
}
