package io.mlops4j.monitor.profile.internal;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Adds doubles and their squares without rounding.
 *
 * <p>Each sum is a wide integer in limbs of 32 bits held in longs (Kulisch; Neal, "Fast exact
 * summation using small and large superaccumulators", 2015). A value is shifted to its place and
 * added to two to four limbs. Carries are settled only before a limb could overflow.
 *
 * <p>Chunks are faster. All values of a chunk are scaled by the same power of two, so that nearly
 * all become whole numbers of at most 62 bits. They and their squares of 124 bits are summed in
 * registers, 32 bits in each, and the sums go to the limbs once per chunk. A value that its whole
 * number does not represent exactly (too small, too large, infinite, NaN) is returned to the
 * caller.
 */
public final class Moments {
  private static final long LIMB = 0xffffffffL;
  // An addition adds less than 2^53 to a limb, so 2^9 of them stay below 2^63.
  private static final int ADDITIONS = 1 << 9;

  /** The distance of a chunk's largest value from 2^62, as headroom for later chunks. */
  private static final int HEADROOM = 3;

  private static final int MOST_SCALED = 1000;

  private final long[] sum = new long[68];
  private final long[] squares = new long[136];
  private long count;
  private int additions;
  private int scale = Integer.MIN_VALUE; // not chosen yet
  private double min = Double.POSITIVE_INFINITY;
  private double max = Double.NEGATIVE_INFINITY;

  /** Removes all values. */
  public void clear() {
    Arrays.fill(sum, 0);
    Arrays.fill(squares, 0);
    count = 0;
    additions = 0;
    min = Double.POSITIVE_INFINITY;
    max = Double.NEGATIVE_INFINITY;
  }

  /** Adds a finite value. */
  public void add(double value) {
    long bits = Double.doubleToRawLongBits(value);
    int exponent = (int) (bits >>> 52) & 0x7ff;
    long mantissa = bits & 0xfffffffffffffL;
    if (exponent == 0) {
      exponent = 1;
    } else {
      mantissa |= 1L << 52;
    }
    addToSum(bits < 0, mantissa, exponent);
    addSquare(mantissa, 2 * exponent);
    count++;
    min = Math.min(min, value);
    max = Math.max(max, value);
    added();
  }

  private void added() {
    if (++additions == ADDITIONS) {
      carry(sum);
      carry(squares);
      additions = 0;
    }
  }

  private void addToSum(boolean negative, long mantissa, int exponent) {
    int limb = exponent >>> 5;
    int shift = exponent & 31;
    long low = (mantissa << shift) & LIMB;
    long high = mantissa >>> (32 - shift);
    sum[limb] += negative ? -low : low;
    sum[limb + 1] += negative ? -high : high;
  }

  private void addSquare(long mantissa, int exponent) {
    int limb = exponent >>> 5;
    int shift = exponent & 31;
    long low = mantissa * mantissa;
    long high = Math.multiplyHigh(mantissa, mantissa);
    squares[limb] += (low << shift) & LIMB;
    squares[limb + 1] += (low >>> (32 - shift)) & LIMB;
    // Two shifts, because one shift by 64 does nothing.
    squares[limb + 2] += ((low >>> 32 >>> (32 - shift)) | (high << shift)) & LIMB;
    squares[limb + 3] += high >>> (32 - shift);
  }

  /**
   * Adds a chunk of values, except for some of them.
   *
   * @param values at most 1024
   * @param odd receives the values that were not added
   * @return the number of those values
   */
  public int add(double[] values, int length, double[] odd) {
    if (scale == Integer.MIN_VALUE) {
      scale = scale(values, length);
    }
    double up = Math.scalb(1.0, scale);
    double down = Math.scalb(1.0, -scale);
    int odds = 0;
    double least = Double.POSITIVE_INFINITY;
    double greatest = Double.NEGATIVE_INFINITY;
    long s0 = 0;
    long s1 = 0;
    long q0 = 0;
    long q1 = 0;
    long q2 = 0;
    long q3 = 0;
    for (int i = 0; i < length; i++) {
      double value = values[i];
      long whole = (long) (value * up);
      if (whole * down == value && whole + (1L << 62) >= 0) {
        s0 += whole & LIMB;
        s1 += whole >> 32;
        long low = whole * whole;
        long high = Math.multiplyHigh(whole, whole);
        q0 += low & LIMB;
        q1 += low >>> 32;
        q2 += high & LIMB;
        q3 += high >>> 32;
        if (value < least) {
          least = value;
        }
        if (value > greatest) {
          greatest = value;
        }
      } else {
        odd[odds++] = value;
      }
    }
    sums(s0, s1, q0, q1, q2, q3);
    summed(length - odds, least, greatest);
    if (8 * odds > length) {
      scale = scale(values, length);
    }
    return odds;
  }

  private static int scale(double[] values, int length) {
    double greatest = 0;
    for (int i = 0; i < length; i++) {
      double size = Math.abs(values[i]);
      greatest = size > greatest && size < Double.POSITIVE_INFINITY ? size : greatest;
    }
    return scale(greatest);
  }

  private static int scale(double greatest) {
    return Math.min(MOST_SCALED, 61 - HEADROOM - Math.getExponent(greatest));
  }

  private void sums(long s0, long s1, long q0, long q1, long q2, long q3) {
    int place = -ExactMoments.UNIT - scale;
    addAt(sum, place, s0);
    addAt(sum, place + 32, s1);
    addAt(squares, 2 * place, q0);
    addAt(squares, 2 * place + 32, q1);
    addAt(squares, 2 * place + 64, q2);
    addAt(squares, 2 * place + 96, q3);
    added();
  }

  /** Adds a part of a sum of squares; a finite double. */
  public void addToSquares(double value) {
    long bits = Double.doubleToRawLongBits(value);
    int exponent = (int) (bits >>> 52) & 0x7ff;
    long mantissa = (bits & 0xfffffffffffffL) | (exponent == 0 ? 0 : 1L << 52);
    int place = Math.max(1, exponent) - ExactMoments.UNIT;
    addAt(squares, place, bits < 0 ? -mantissa : mantissa);
    added();
  }

  /** Adds a part of a sum; a finite double. */
  public void addToSum(double value) {
    long bits = Double.doubleToRawLongBits(value);
    int exponent = (int) (bits >>> 52) & 0x7ff;
    long mantissa = (bits & 0xfffffffffffffL) | (exponent == 0 ? 0 : 1L << 52);
    addToSum(bits < 0, mantissa, Math.max(1, exponent));
    added();
  }

  public void summed(int values, double least, double greatest) {
    count += values;
    min = Math.min(min, least);
    max = Math.max(max, greatest);
  }

  private static void addAt(long[] limbs, int place, long value) {
    int limb = place >>> 5;
    int shift = place & 31;
    long low = (value & LIMB) << shift;
    long high = (value >> 32) << shift;
    limbs[limb] += low & LIMB;
    limbs[limb + 1] += (low >>> 32) + (high & LIMB);
    limbs[limb + 2] += high >> 32;
  }

  /** Makes every limb 0 to 2^32, except the last, which has the sign. */
  private static void carry(long[] limbs) {
    for (int i = 0; i < limbs.length - 1; i++) {
      limbs[i + 1] += limbs[i] >> 32;
      limbs[i] &= LIMB;
    }
  }

  /** The smallest value; NaN without one. */
  public double min() {
    return count == 0 ? Double.NaN : min;
  }

  /** The largest value; NaN without one. */
  public double max() {
    return count == 0 ? Double.NaN : max;
  }

  public ExactMoments exact() {
    carry(sum);
    carry(squares);
    return new ExactMoments(count, integer(sum), integer(squares));
  }

  /** The value of limbs after a carry, written at once as the bytes of two's complement. */
  private static BigInteger integer(long[] limbs) {
    int last = limbs.length - 1;
    ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES + last * Integer.BYTES);
    bytes.putLong(limbs[last]);
    for (int i = last - 1; i >= 0; i--) {
      bytes.putInt((int) limbs[i]);
    }
    return new BigInteger(bytes.array());
  }
}
