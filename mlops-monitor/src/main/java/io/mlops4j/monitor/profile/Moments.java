package io.mlops4j.monitor.profile;

import java.math.BigInteger;

/**
 * Adds doubles and their squares without rounding.
 *
 * <p>Each sum is one wide integer in limbs of 32 bits held in longs (Kulisch; Neal, "Fast exact
 * summation using small and large superaccumulators", 2015): a value is shifted to its place and
 * added to two to four limbs, carries are settled only when a limb could run over.
 */
final class Moments {
  private static final long LIMB = 0xffffffffL;
  // Limbs take less than 2^53 an addition, so 2^9 of them stay below 2^63.
  private static final int ADDITIONS = 1 << 9;

  private final long[] sum = new long[68];
  private final long[] squares = new long[136];
  private long count;

  /** Adds a finite value. */
  void add(double value) {
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
    if (++count % ADDITIONS == 0) {
      carry(sum);
      carry(squares);
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
    // Two shifts, as one by 64 would do nothing.
    squares[limb + 2] += ((low >>> 32 >>> (32 - shift)) | (high << shift)) & LIMB;
    squares[limb + 3] += high >>> (32 - shift);
  }

  /** Leaves every limb but the last, which has the sign, between 0 and 2^32. */
  private static void carry(long[] limbs) {
    for (int i = 0; i < limbs.length - 1; i++) {
      limbs[i + 1] += limbs[i] >> 32;
      limbs[i] &= LIMB;
    }
  }

  ExactMoments exact() {
    carry(sum);
    carry(squares);
    return new ExactMoments(count, integer(sum), integer(squares));
  }

  private static BigInteger integer(long[] limbs) {
    BigInteger value = BigInteger.ZERO;
    for (int i = limbs.length - 1; i >= 0; i--) {
      value = value.shiftLeft(32).add(BigInteger.valueOf(limbs[i]));
    }
    return value;
  }
}
