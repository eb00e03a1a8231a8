package io.mlops4j.feature;

import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FloatingPointVector;
import org.apache.arrow.vector.UInt2Vector;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.jspecify.annotations.Nullable;

/**
 * A column of {@link BFloat16Type}. The code that created the vector closes it. Not thread safe.
 *
 * <p>Reading is exact. Writing rounds to the nearest value, and ties to even, as engines do. NaN
 * stays NaN, and a value that is too large becomes infinite.
 */
public final class BFloat16Vector extends TypedVector<UInt2Vector> implements FloatingPointVector {
  BFloat16Vector(String name, FieldType type, BufferAllocator allocator, UInt2Vector storage) {
    super(name, type, allocator, storage);
  }

  /**
   * Returns the bits of the bfloat16 number that is nearest to a value.
   *
   * @param value any value
   * @return the upper half of the rounded float32 number
   */
  public static short toBits(float value) {
    int bits = Float.floatToRawIntBits(value);
    if (Float.isNaN(value)) {
      return (short) ((bits >>> 16) | 0x40); // quiet, so that rounding cannot give infinity
    }
    return (short) ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);
  }

  /**
   * Returns a value.
   *
   * @param index the row, from 0
   * @return the value, exact
   * @throws IllegalStateException if the row is null
   */
  public float get(int index) {
    if (isNull(index)) {
      throw new IllegalStateException("row " + index + ": found a null, expected a value");
    }
    return Float.intBitsToFloat(getUnderlyingVector().get(index) << 16);
  }

  /**
   * Writes a value into allocated memory.
   *
   * @param index the row, from 0
   * @param value any value; it is rounded
   */
  public void set(int index, float value) {
    getUnderlyingVector().set(index, toBits(value));
  }

  /**
   * Writes a value, and grows the vector if needed.
   *
   * @param index the row, from 0
   * @param value any value; it is rounded
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
   * Returns a value as an object.
   *
   * @param index the row, from 0
   * @return a {@link Float}, or null if the row is null
   */
  @Override
  public @Nullable Object getObject(int index) {
    return isNull(index) ? null : get(index);
  }
}
