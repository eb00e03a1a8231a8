package io.mlops4j.feature;

import io.mlops4j.internal.Elements;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.jspecify.annotations.Nullable;

/**
 * A column of tensors of one rank, each with its own shape, {@link VariableShapeTensorType}. The
 * code that created the vector closes it. Not thread safe.
 *
 * <p>{@link #floats}, {@link #doubles}, {@link #longs} and {@link #strings} copy one tensor. They
 * throw {@link IllegalStateException} if the row or one of its elements is null; use {@link
 * #isNull} and {@link #values} if there may be nulls. They throw {@link IllegalArgumentException}
 * if the elements have another type.
 */
public final class VariableShapeTensorVector extends TypedVector<StructVector> {
  VariableShapeTensorVector(
      String name, FieldType type, BufferAllocator allocator, StructVector storage) {
    super(name, type, allocator, storage);
  }

  /**
   * Returns the number of dimensions of each row.
   *
   * @return 0 for scalars
   */
  public int rank() {
    return shapes().getListSize();
  }

  /**
   * Returns the shape of a row.
   *
   * @param row the row, from 0
   * @return a copy, outermost first
   */
  public long[] shape(int row) {
    Elements.checkRow(this, row);
    return Elements.longs(shapes().getDataVector(), row * rank(), rank());
  }

  private FixedSizeListVector shapes() {
    return (FixedSizeListVector)
        getUnderlyingVector().getChild(VariableShapeTensorType.SHAPES, FieldVector.class);
  }

  ListVector data() {
    return (ListVector)
        getUnderlyingVector().getChild(VariableShapeTensorType.DATA, FieldVector.class);
  }

  /**
   * Returns the elements of all rows, one tensor after the other.
   *
   * @return the vector of elements; do not close it
   */
  public FieldVector values() {
    return data().getDataVector();
  }

  /**
   * Returns a copy of a float32 tensor.
   *
   * @param row the row, from 0
   * @return its elements, row-major
   */
  public float[] floats(int row) {
    return Elements.floats(values(), first(row), count(row));
  }

  /**
   * Returns a copy of a floating-point tensor, widened exactly.
   *
   * @param row the row, from 0
   * @return its elements, row-major
   */
  public double[] doubles(int row) {
    return Elements.doubles(values(), first(row), count(row));
  }

  /**
   * Returns a copy of an integer or boolean tensor, widened exactly. False is 0, true is 1.
   *
   * @param row the row, from 0
   * @return its elements, row-major; uint64 elements as their 64 bits
   */
  public long[] longs(int row) {
    return Elements.longs(values(), first(row), count(row));
  }

  /**
   * Returns a copy of a text tensor.
   *
   * @param row the row, from 0
   * @return its elements, row-major
   */
  public String[] strings(int row) {
    return Elements.strings(values(), first(row), count(row));
  }

  private int first(int row) {
    Elements.checkRow(this, row);
    return data().getElementStartIndex(row);
  }

  private int count(int row) {
    return data().getElementEndIndex(row) - data().getElementStartIndex(row);
  }

  /** Writes the shapes of the first rows, and marks these rows as not null. */
  void setShapes(long[][] shapes) {
    FixedSizeListVector sizes = shapes();
    IntVector values = (IntVector) sizes.getDataVector();
    for (int row = 0; row < shapes.length; row++) {
      for (int i = 0; i < shapes[row].length; i++) {
        values.setSafe(row * shapes[row].length + i, (int) shapes[row][i]);
      }
      sizes.setNotNull(row);
      getUnderlyingVector().setIndexDefined(row);
    }
    values.setValueCount(shapes.length * rank());
  }

  /**
   * Returns a tensor as Arrow stores it.
   *
   * @param index the row, from 0
   * @return a map of data and shape; null if the row is null
   */
  @Override
  public @Nullable Object getObject(int index) {
    return getUnderlyingVector().getObject(index);
  }
}
