package io.mlops4j.feature;

import io.mlops4j.internal.Elements;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.jspecify.annotations.Nullable;

/**
 * A column of tensors of one shape, {@link FixedShapeTensorType}. The code that created the vector
 * closes it. Not thread safe.
 *
 * <p>{@link #floats}, {@link #doubles}, {@link #longs} and {@link #strings} copy one tensor. They
 * throw {@link IllegalStateException} if the row or one of its elements is null; use {@link
 * #isNull} and {@link #values} if there may be nulls. They throw {@link IllegalArgumentException}
 * if the elements have another type.
 */
public final class FixedShapeTensorVector extends TypedVector<FixedSizeListVector> {
  private final FixedShapeTensorType type;

  FixedShapeTensorVector(
      String name, FieldType type, BufferAllocator allocator, FixedSizeListVector storage) {
    super(name, type, allocator, storage);
    this.type = (FixedShapeTensorType) type.getType();
  }

  /**
   * Returns the shape of every row.
   *
   * @return a copy, outermost first; empty for scalars
   */
  public long[] shape() {
    return type.shape();
  }

  /**
   * Returns the elements of all rows, one tensor after the other.
   *
   * @return the vector of elements; do not close it
   */
  public FieldVector values() {
    return getUnderlyingVector().getDataVector();
  }

  /**
   * Returns a copy of a float32 tensor.
   *
   * @param row the row, from 0
   * @return its elements, row-major
   */
  public float[] floats(int row) {
    return Elements.floats(values(), first(row), type.elements());
  }

  /**
   * Returns a copy of a floating-point tensor, widened exactly.
   *
   * @param row the row, from 0
   * @return its elements, row-major
   */
  public double[] doubles(int row) {
    return Elements.doubles(values(), first(row), type.elements());
  }

  /**
   * Returns a copy of an integer or boolean tensor, widened exactly. False is 0, true is 1.
   *
   * @param row the row, from 0
   * @return its elements, row-major; uint64 elements as their 64 bits
   */
  public long[] longs(int row) {
    return Elements.longs(values(), first(row), type.elements());
  }

  /**
   * Returns a copy of a text tensor.
   *
   * @param row the row, from 0
   * @return its elements, row-major
   */
  public String[] strings(int row) {
    return Elements.strings(values(), first(row), type.elements());
  }

  private int first(int row) {
    Elements.checkRow(this, row);
    return row * type.elements();
  }

  /**
   * Returns a tensor as a flat list.
   *
   * @param index the row, from 0
   * @return its elements, row-major; null if the row is null
   */
  @Override
  public @Nullable Object getObject(int index) {
    return getUnderlyingVector().getObject(index);
  }
}
