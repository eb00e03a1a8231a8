package io.mlops4j.feature;

import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FloatingPointVector;
import org.apache.arrow.vector.UInt2Vector;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.jspecify.annotations.Nullable;

/**
 * A column of {@link BFloat16Type}. As all vectors not thread safe; whoever made it closes it.
 *
 * <p>Reading is exact. Writing rounds to the nearest value, ties to the even one, as engines do;
 * NaN stays NaN, what is too large becomes infinite.
 */
public final class BFloat16Vector extends TypedVector<UInt2Vector> implements FloatingPointVector {
  BFloat16Vector(String name, FieldType type, BufferAllocator allocator, UInt2Vector storage) {
    super(name, type, allocator, storage);
  }

  /**
   * The bits that are nearest to a value.
   *
   * @param value the value
   * @return its upper half, rounded
   */
  public static short toBits(float value) {
    int bits = Float.floatToRawIntBits(value);
    if (Float.isNaN(value)) {
      return (short) ((bits >>> 16) | 0x40); // a quiet one, so that rounding cannot end in infinity
    }
    return (short) ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);
  }

  /**
   * A value.
   *
   * @param index the row
   * @return the value, exact
   * @throws IllegalStateException if it is null
   */
  public float get(int index) {
    if (isNull(index)) {
      throw new IllegalStateException("row " + index + ": found a null, expected a value");
    }
    return Float.intBitsToFloat(getUnderlyingVector().get(index) << 16);
  }

  /**
   * Writes a value into memory that was allocated.
   *
   * @param index the row
   * @param value the value, rounded
   */
  public void set(int index, float value) {
    getUnderlyingVector().set(index, toBits(value));
  }

  /**
   * Writes a value, growing the vector where needed.
   *
   * @param index the row
   * @param value the value, rounded
   */
  public void setSafe(int index, float value) {
    getUnderlyingVector().setSafe(index, toBits(value));
  }

  @Override
  public void setWithPossibleTruncate(int index, double value) {
    set(index, (float) value);
  }

  @Override
  public void setSafeWithPossibleTruncate(int index, double value) {
    setSafe(index, (float) value);
  }

  @Override
  public double getValueAsDouble(int index) {
    return get(index);
  }

  /**
   * A value as an object.
   *
   * @param index the row
   * @return a {@link Float}; null for a null
   */
  @Override
  public @Nullable Object getObject(int index) {
    return isNull(index) ? null : get(index);
  }
}
