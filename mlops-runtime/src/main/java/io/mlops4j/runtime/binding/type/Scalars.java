package io.mlops4j.runtime.binding.type;

import io.mlops4j.model.ElementType;
import io.mlops4j.runtime.memory.Native;

/** Reads and writes single elements in native memory by their type. Stateless and thread safe. */
public final class Scalars {
  private Scalars() {}

  /**
   * Reads an integer or boolean element, where a boolean is one byte.
   *
   * @param from the address of the first element
   * @param type the type of the elements
   * @param i the index of the element, from 0
   * @return the value; for uint64 its 64 bits
   */
  public static long whole(long from, ElementType type, long i) {
    return switch (type) {
      case INT8 -> Native.getByte(from + i);
      case UINT8, BOOL -> Native.getByte(from + i) & 0xff;
      case INT16 -> Native.getShort(from + 2 * i);
      case UINT16 -> Native.getShort(from + 2 * i) & 0xffff;
      case INT32 -> Native.getInt(from + 4 * i);
      case UINT32 -> Native.getInt(from + 4 * i) & 0xffff_ffffL;
      case INT64, UINT64 -> Native.getLong(from + 8 * i);
      default -> throw new IllegalStateException("no integer is in " + type);
    };
  }

  /**
   * Reads a floating-point element.
   *
   * @param from the address of the first element
   * @param type the type of the elements
   * @param i the index of the element, from 0
   * @return the exact value; a NaN stays a NaN
   */
  public static double real(long from, ElementType type, long i) {
    return switch (type) {
      case FLOAT64 -> Native.getDouble(from + 8 * i);
      case FLOAT32 -> Native.getFloat(from + 4 * i);
      case FLOAT16 -> ofHalf(Native.getShort(from + 2 * i));
      case BFLOAT16 -> Float.intBitsToFloat(Native.getShort(from + 2 * i) << 16);
      default -> throw new IllegalStateException("no floating-point number is in " + type);
    };
  }

  /** IEEE 754 half precision, for which Java has a method since 20. */
  private static float ofHalf(short half) {
    int sign = (half & 0x8000) << 16;
    int exponent = half >>> 10 & 0x1f;
    int fraction = half & 0x3ff;
    if (exponent == 0) {
      float subnormal = fraction * 0x1p-24f;
      return Float.intBitsToFloat(sign | Float.floatToRawIntBits(subnormal));
    }
    int wide = exponent == 0x1f ? 0xff : exponent - 15 + 127;
    return Float.intBitsToFloat(sign | wide << 23 | fraction << 13);
  }

  /**
   * Writes the lowest bytes of a number.
   *
   * @param to the address
   * @param bytes 1, 2, 4 or 8
   * @param bits the number
   */
  public static void put(long to, int bytes, long bits) {
    switch (bytes) {
      case 1 -> Native.putByte(to, (byte) bits);
      case 2 -> Native.putShort(to, (short) bits);
      case 4 -> Native.putInt(to, (int) bits);
      default -> Native.putLong(to, bits);
    }
  }

  /**
   * Returns the number of elements of a shape.
   *
   * @param shape the sizes of the dimensions
   * @return their product, 1 for a scalar; not checked for overflow
   */
  public static long elements(long[] shape) {
    long count = 1;
    for (long size : shape) {
      count *= size;
    }
    return count;
  }
}
