package io.mlops4j.runtime.feature.arrow;

import io.mlops4j.error.DataException;
import io.mlops4j.internal.ValueCopies;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.ExtensionTypeVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.NullVector;
import org.apache.arrow.vector.ValueVector;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;

/**
 * A column that is filled row by row from columns of the same type, so that every type of Arrow
 * stays what it is. The caller closes the column.
 */
final class CopiedRows {
  private final FieldVector column;
  private final ValueVector values;
  private int rows;

  /**
   * @throws DataException if Arrow cannot copy a column inside of the column
   */
  CopiedRows(FieldVector like, int capacity, BufferAllocator allocator) {
    if (like.getField().getChildren().stream().anyMatch(CopiedRows::hasOddLists)) {
      throw new DataException(
          like.getName()
              + ": found lists of size 0, or of a fixed size and of type null, inside of the column, which cannot"
              + " be filtered or joined; leave it out with ReadOptions.columns",
          null);
    }
    column = like.getField().createVector(allocator);
    values = stored(column);
    values.setInitialCapacity(capacity);
    values.allocateNew();
  }

  private static boolean hasOddLists(Field field) {
    List<Field> inside = field.getChildren();
    boolean own =
        field.getType() instanceof ArrowType.FixedSizeList lists
            && (lists.getListSize() == 0 || inside.get(0).getType() instanceof ArrowType.Null);
    return own || inside.stream().anyMatch(CopiedRows::hasOddLists);
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
    if (values instanceof FixedSizeListVector lists
        && lists.getDataVector() instanceof NullVector) {
      if (source.isNull(row)) {
        lists.setNull(rows);
      } else {
        lists.setNotNull(rows);
      }
    } else if (!(source instanceof NullVector)) { // has nothing to copy, and refuses it
      ValueCopies.copy(source, row, values, rows);
    }
    rows++;
  }

  /** Returns the column with the rows that were added. */
  FieldVector finish() {
    if (values instanceof FixedSizeListVector lists
        && lists.getDataVector() instanceof NullVector nulls) {
      nulls.setValueCount(rows * lists.getListSize()); // else Arrow enlarges it without an end
    }
    column.setValueCount(rows);
    return column;
  }

  void free() {
    column.close();
  }
}
