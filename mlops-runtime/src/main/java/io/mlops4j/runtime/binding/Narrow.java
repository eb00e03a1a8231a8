package io.mlops4j.runtime.binding;

import io.mlops4j.model.ElementType;
import io.mlops4j.runtime.binding.type.Scalars;
import io.mlops4j.runtime.binding.type.Widening;
import io.mlops4j.runtime.memory.Native;

/**
 * Conversions to a type that does not hold every value. Each value is checked, by the rules of
 * {@link io.mlops4j.model.Narrowing#CHECKED}.
 */
final class Narrow {
  private static final double LARGEST_FLOAT16 = 65504;
  private static final double LARGEST_BFLOAT16 = 0x1.fep127;

  private Narrow() {}

  /** Returns whether a type has values that fit another type which does not hold all of them. */
  static boolean isPossible(ElementType from, ElementType to) {
    if (Widening.isExact(from, to)) {
      return false;
    }
    return switch (from) {
      case FLOAT64 -> to == ElementType.FLOAT32 || isHalf(to);
      case FLOAT32 -> isHalf(to);
      case FLOAT16, BFLOAT16, BOOL, STRING -> false;
      default -> isWhole(to) || to == ElementType.FLOAT32 || to == ElementType.FLOAT64;
    };
  }

  private static boolean isHalf(ElementType type) {
    return type == ElementType.FLOAT16 || type == ElementType.BFLOAT16;
  }

  private static boolean isWhole(ElementType type) {
    return switch (type) {
      case INT8, INT16, INT32, INT64, UINT8, UINT16, UINT32, UINT64 -> true;
      default -> false;
    };
  }

  /**
   * Writes a range of a column's values, even those that do not fit.
   *
   * @param from the address of the column's first element
   * @param to the address of the target's first element
   * @param stride the number of bytes from one written element to the next
   * @return whether all of them fit, including values at nulls
   */
  static boolean write(
      long from, ElementType type, long to, ElementType target, long stride, int start, int end) {
    if (type == ElementType.FLOAT64 && target == ElementType.FLOAT32) {
      return floats(from, to, stride, start, end);
    }
    if (type == ElementType.INT64 && target == ElementType.INT32) {
      return ints(from, to, stride, start, end);
    }
    int bytes = target.bytes();
    boolean fit = true;
    for (int row = start; row < end; row++) {
      if (isFloat(type)) {
        double value = Scalars.real(from, type, row);
        fit &= fits(value, target);
        Scalars.put(to + stride * row, bytes, bits(value, target));
      } else {
        long value = Scalars.whole(from, type, row);
        fit &= fits(value, type, target);
        Scalars.put(to + stride * row, bytes, bits(value, type, target));
      }
    }
    return fit;
  }

  private static boolean floats(long from, long to, long stride, int start, int end) {
    boolean fit = true;
    for (int row = start; row < end; row++) {
      double value = Native.getDouble(from + 8L * row);
      float narrow = (float) value;
      fit &= Math.abs(narrow) <= Float.MAX_VALUE || !(Math.abs(value) <= Double.MAX_VALUE);
      Native.putFloat(to + stride * row, narrow);
    }
    return fit;
  }

  private static boolean ints(long from, long to, long stride, int start, int end) {
    boolean fit = true;
    for (int row = start; row < end; row++) {
      long value = Native.getLong(from + 8L * row);
      fit &= (int) value == value;
      Native.putInt(to + stride * row, (int) value);
    }
    return fit;
  }

  static boolean fits(long from, ElementType type, long row, ElementType target) {
    return isFloat(type)
        ? fits(Scalars.real(from, type, row), target)
        : fits(Scalars.whole(from, type, row), type, target);
  }

  static String text(long from, ElementType type, long row) {
    if (isFloat(type)) {
      return Double.toString(Scalars.real(from, type, row));
    }
    long value = Scalars.whole(from, type, row);
    return type == ElementType.UINT64 ? Long.toUnsignedString(value) : Long.toString(value);
  }

  static String range(ElementType target) {
    return switch (target) {
      case FLOAT32 -> "float32 (up to 3.4028235E38, whole numbers exactly)";
      case FLOAT64 -> "float64 (whole numbers exactly)";
      case FLOAT16 -> "float16 (up to 65504)";
      case BFLOAT16 -> "bfloat16 (up to 3.3895314E38)";
      case UINT8, UINT16, UINT32, UINT64 ->
          target + " (0 to " + Long.toUnsignedString(-1L >>> (64 - 8 * target.bytes())) + ")";
      default -> {
        long most = Long.MAX_VALUE >>> (64 - 8 * target.bytes());
        yield target + " (" + (-most - 1) + " to " + most + ")";
      }
    };
  }

  private static boolean isFloat(ElementType type) {
    return type == ElementType.FLOAT64 || type == ElementType.FLOAT32;
  }

  /** NaN and the infinities fit, because every float type has them. */
  static boolean fits(double value, ElementType target) {
    return !Double.isFinite(value)
        || switch (target) {
          case FLOAT32 -> Float.isFinite((float) value);
          case FLOAT16 -> Math.abs(rounded(value, -14, 10)) <= LARGEST_FLOAT16;
          default -> Math.abs(rounded(value, -126, 7)) <= LARGEST_BFLOAT16;
        };
  }

  static long bits(double value, ElementType target) {
    return switch (target) {
      case FLOAT32 -> Float.floatToRawIntBits((float) value);
      case FLOAT16 -> half(value);
      default -> Float.floatToRawIntBits((float) rounded(value, -126, 7)) >>> 16 & 0xffff;
    };
  }

  /**
   * Returns the nearest number of a binary format with unlimited exponents. Ties round to even.
   *
   * @param least the smallest exponent of a normal number
   * @param fraction the number of bits after the first
   */
  private static double rounded(double value, int least, int fraction) {
    if (Double.isNaN(value)) {
      return Double.NaN; // with the payload in its highest bits
    }
    int scale = Math.max(Math.getExponent(value), least) - fraction;
    return Double.isInfinite(value)
        ? value
        : Math.scalb(Math.rint(Math.scalb(value, -scale)), scale);
  }

  private static long half(double value) {
    double rounded = rounded(value, -14, 10);
    long sign = Double.doubleToRawLongBits(rounded) >>> 48 & 0x8000;
    double size = Math.abs(rounded);
    if (Double.isNaN(size)) {
      return 0x7e00;
    }
    if (size > LARGEST_FLOAT16) {
      return sign | 0x7c00;
    }
    if (size < 0x1p-14) {
      return sign | (long) (size * 0x1p24);
    }
    int exponent = Math.getExponent(size);
    return sign | (exponent + 15L) << 10 | ((long) Math.scalb(size, 10 - exponent) & 0x3ff);
  }

  /**
   * Returns whether the target holds a whole number exactly.
   *
   * @param type the type that the value was read from; for UINT64, the sign bit is the highest bit
   */
  static boolean fits(long value, ElementType type, ElementType target) {
    boolean above = type == ElementType.UINT64 && value < 0; // 2^63 and more
    return switch (target) {
      case FLOAT32 -> digits(value, above) <= 24;
      case FLOAT64 -> digits(value, above) <= 53;
      case UINT64 -> value >= 0 || above;
      case INT64 -> !above;
      case UINT8, UINT16, UINT32 -> value >>> (8 * target.bytes()) == 0;
      default -> !above && value << (64 - 8 * target.bytes()) >> (64 - 8 * target.bytes()) == value;
    };
  }

  /** Returns the number of bits from the first set bit of the absolute value to the last. */
  private static int digits(long value, boolean above) {
    long size = above ? value : Math.abs(value);
    return size == 0 ? 0 : 64 - Long.numberOfLeadingZeros(size) - Long.numberOfTrailingZeros(size);
  }

  static long bits(long value, ElementType type, ElementType target) {
    boolean above = type == ElementType.UINT64 && value < 0;
    return switch (target) {
      case FLOAT32 -> Float.floatToRawIntBits(above ? (value >>> 1) * 2f : value);
      case FLOAT64 -> Double.doubleToRawLongBits(above ? (value >>> 1) * 2d : value);
      default -> value;
    };
  }
}
