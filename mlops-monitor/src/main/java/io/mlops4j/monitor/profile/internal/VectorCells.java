package io.mlops4j.monitor.profile.internal;

import io.mlops4j.feature.FixedShapeTensorVector;
import io.mlops4j.feature.VariableShapeTensorVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.complex.LargeListVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.StructVector;
import org.jspecify.annotations.Nullable;

/**
 * The cells of a column of vectors: lists of floats or doubles, or tensors of them, whose elements
 * are read one after the other.
 */
public final class VectorCells {
  private final FieldVector column;
  private final FieldVector lists;
  private final FieldVector components;
  private final int size;

  private VectorCells(FieldVector column, FieldVector lists, FieldVector components, int size) {
    this.column = column;
    this.lists = lists;
    this.components = components;
    this.size = size;
  }

  /** Returns the cells; null if the column does not hold vectors. */
  public static @Nullable VectorCells of(FieldVector column) {
    if (column instanceof FixedShapeTensorVector tensors) {
      return of(column, tensors.getUnderlyingVector());
    }
    if (column instanceof VariableShapeTensorVector tensors) {
      StructVector stored = tensors.getUnderlyingVector();
      return of(column, stored.getChild("data"));
    }
    return of(column, column);
  }

  private static @Nullable VectorCells of(FieldVector column, FieldVector lists) {
    FieldVector components;
    int size = -1;
    if (lists instanceof FixedSizeListVector fixed) {
      components = fixed.getDataVector();
      size = fixed.getListSize();
    } else if (lists instanceof ListVector list) {
      components = list.getDataVector();
    } else if (lists instanceof LargeListVector list) {
      components = list.getDataVector();
    } else {
      return null;
    }
    boolean floats = components instanceof Float4Vector || components instanceof Float8Vector;
    return floats && size != 0 ? new VectorCells(column, lists, components, size) : null;
  }

  /** The components of all vectors. */
  public FieldVector components() {
    return components;
  }

  /** The vector that holds the offsets, if the lists differ in length. */
  FieldVector lists() {
    return lists;
  }

  /** The length of each vector if the type of the column says it, else -1. */
  public int size() {
    return size;
  }

  public int rows() {
    return column.getValueCount();
  }

  public boolean isNull(int row) {
    return column.isNull(row) || (lists != column && lists.isNull(row));
  }

  /** The number of components of a vector. */
  public int length(int row) {
    return size < 0 ? (int) (offset(row + 1) - offset(row)) : size;
  }

  /** The place of the first component of a vector. */
  public int start(int row) {
    return size < 0 ? (int) offset(row) : row * size;
  }

  long offset(int row) {
    return lists instanceof LargeListVector
        ? lists.getOffsetBuffer().getLong(8L * row)
        : lists.getOffsetBuffer().getInt(4L * row);
  }
}
