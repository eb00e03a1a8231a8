package io.mlops4j.monitor.profile.internal;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.FixedShapeTensorVector;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.BaseLargeVariableWidthVector;
import org.apache.arrow.vector.BaseVariableWidthVector;
import org.apache.arrow.vector.BaseVariableWidthViewVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.ExtensionTypeVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.complex.LargeListVector;
import org.apache.arrow.vector.dictionary.DictionaryProvider;

/**
 * Checks that the buffers of a column have room for all of its cells. Cells are read by address, so
 * a damaged file would end the process instead of failing.
 */
public final class BufferCheck {
  private static final long VIEW_BYTES = 16;

  private BufferCheck() {}

  /**
   * Checks a column, and its dictionary if it has one.
   *
   * @param rows the required number of cells
   */
  public static void check(FieldVector column, int rows, DictionaryProvider dictionaries) {
    if (column.getValueCount() != rows) {
      throw new DataException(
          "%s: found %d cells, expected %d, one for each row of the batch"
              .formatted(column.getName(), column.getValueCount(), rows),
          null);
    }
    check(column);
    if (column.getField().getDictionary() != null) {
      check(TextCells.dictionary(column, dictionaries));
    }
  }

  private static void check(FieldVector column) {
    long cells = column.getValueCount();
    if (cells == 0) {
      return;
    }
    FieldVector stored =
        column instanceof ExtensionTypeVector<?> extension
            ? (FieldVector) extension.getUnderlyingVector()
            : column;
    holds(column, stored.getValidityBuffer(), (cells + 7) / 8, "validity");
    VectorCells vectors = VectorCells.of(column);
    if (ColumnKind.isBFloat16(column)) {
      holds(column, stored.getDataBuffer(), 2 * cells, "values");
    } else if (vectors != null) {
      checkVectors(column, vectors);
    } else if (stored instanceof BaseVariableWidthVector) {
      holds(column, stored.getOffsetBuffer(), 4 * (cells + 1), "offsets");
    } else if (stored instanceof BaseLargeVariableWidthVector) {
      holds(column, stored.getOffsetBuffer(), 8 * (cells + 1), "offsets");
    } else if (stored instanceof BaseVariableWidthViewVector) {
      holds(column, stored.getDataBuffer(), VIEW_BYTES * cells, "views");
    } else {
      holds(column, stored.getDataBuffer(), bytes(stored, cells), "values");
    }
  }

  private static void checkVectors(FieldVector column, VectorCells vectors) {
    int cells = vectors.rows();
    if (vectors.lists() != column && !(column instanceof FixedShapeTensorVector)) {
      holds(column, vectors.lists().getValidityBuffer(), (cells + 7L) / 8, "validity");
    }
    if (vectors.size() >= 0) {
      checkElements(column, vectors.components(), (long) cells * vectors.size());
      return;
    }
    int width = vectors.lists() instanceof LargeListVector ? 8 : 4;
    holds(column, vectors.lists().getOffsetBuffer(), width * (cells + 1L), "offsets");
    long last = vectors.offset(0);
    for (int row = 0; row < cells; row++) {
      long next = vectors.offset(row + 1);
      if (last < 0 || next < last) {
        throw damaged(column, "the offset %d after %d".formatted(next, last));
      }
      last = next;
    }
    checkElements(column, vectors.components(), last);
  }

  private static void checkElements(FieldVector column, FieldVector elements, long expected) {
    if (elements.getValueCount() < expected) {
      throw new DataException(
          "%s: found %d elements, expected %d"
              .formatted(column.getName(), elements.getValueCount(), expected),
          null);
    }
    check(elements);
  }

  private static long bytes(FieldVector stored, long cells) {
    return stored instanceof BitVector
        ? (cells + 7) / 8
        : cells * ((BaseFixedWidthVector) stored).getTypeWidth();
  }

  private static void holds(FieldVector column, ArrowBuf buffer, long bytes, String what) {
    if (buffer.capacity() < bytes) {
      throw damaged(
          column, "%d bytes of %s, expected %d".formatted(buffer.capacity(), what, bytes));
    }
  }

  public static DataException damaged(FieldVector column, String what) {
    return new DataException(
        "%s: the column is damaged: found %s for its %d cells"
            .formatted(column.getName(), what, column.getValueCount()),
        null);
  }
}
