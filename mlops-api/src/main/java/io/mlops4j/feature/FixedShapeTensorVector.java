package io.mlops4j.feature;

import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.jspecify.annotations.Nullable;

/**
 * A column of tensors of one shape, {@link FixedShapeTensorType}. As all vectors not thread safe;
 * whoever made it closes it.
 *
 * <p>{@link #floats}, {@link #doubles}, {@link #longs} and {@link #strings} copy one tensor. A row
 * or an element that is null throws {@link IllegalStateException}; ask {@link #isNull} and {@link
 * #values} where there may be some. Elements of another type throw {@link
 * IllegalArgumentException}.
 */
public final class FixedShapeTensorVector extends TypedVector<FixedSizeListVector> {
  private final FixedShapeTensorType type;

  FixedShapeTensorVector(
      String name, FieldType type, BufferAllocator allocator, FixedSizeListVector storage) {
    super(name, type, allocator, storage);
    this.type = (FixedShapeTensorType) type.getType();
  }

  /**
   * The shape of every row.
   *
   * @return a copy, outermost first; empty for scalars
   */
  public long[] shape() {
    return type.shape();
  }

  /**
   * The elements of all rows, one tensor after the other.
   *
   * @return the vector inside, not to be closed
   */
  public FieldVector values() {
    return getUnderlyingVector().getDataVector();
  }

  /**
   * A copy of a float32 tensor.
   *
   * @param row from 0
   * @return its elements, row-major
   */
  public float[] floats(int row) {
    return Elements.floats(values(), first(row), type.elements());
  }

  /**
   * A copy of a floating-point tensor, widened exactly.
   *
   * @param row from 0
   * @return its elements, row-major
   */
  public double[] doubles(int row) {
    return Elements.doubles(values(), first(row), type.elements());
  }

  /**
   * A copy of an integer or boolean tensor, widened exactly (false is 0, true is 1).
   *
   * @param row from 0
   * @return its elements, row-major; those of uint64 as their bits
   */
  public long[] longs(int row) {
    return Elements.longs(values(), first(row), type.elements());
  }

  /**
   * A copy of a text tensor.
   *
   * @param row from 0
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
   * A tensor as a flat list.
   *
   * @param index the row
   * @return its elements, row-major; null for a null
   */
  @Override
  public @Nullable Object getObject(int index) {
    return getUnderlyingVector().getObject(index);
  }
}
