package io.mlops4j.monitor.profile.internal;

import java.math.BigInteger;

/**
 * Adds vectors of floats without rounding. The sum of each component is a wide integer in units of
 * 2^-149 with limbs of 32 bits held in longs, like in {@link Moments}.
 */
public final class FloatSums {
  public static final int UNIT = -149;

  private static final int LIMBS = 10;
  private static final long LIMB = 0xffffffffL;
  // An addition adds less than 2^32 to a limb.
  private static final int ADDITIONS = 1 << 30;

  private final long[] limbs;
  private int additions;

  public FloatSums(int components) {
    limbs = new long[components * LIMBS];
  }

  /** Adds the bits of a finite float to the sum of a component. */
  public void add(int component, int bits) {
    int exponent = (bits >>> 23) & 0xff;
    long mantissa = (bits & 0x7fffff) | (exponent == 0 ? 0 : 1 << 23);
    int place = Math.max(1, exponent) - 1;
    long shifted = mantissa << (place & 31);
    long signed = bits >> 31; // 0 or -1
    int limb = component * LIMBS + (place >>> 5);
    limbs[limb] += ((shifted & LIMB) ^ signed) - signed;
    limbs[limb + 1] += ((shifted >>> 32) ^ signed) - signed;
  }

  /** Ends a vector. */
  public void added() {
    if (++additions == ADDITIONS) {
      for (int i = 0; i < limbs.length - 1; i++) {
        if (i % LIMBS < LIMBS - 1) {
          limbs[i + 1] += limbs[i] >> 32;
          limbs[i] &= LIMB;
        }
      }
      additions = 0;
    }
  }

  public BigInteger sum(int component) {
    BigInteger value = BigInteger.ZERO;
    for (int i = LIMBS - 1; i >= 0; i--) {
      value = value.shiftLeft(32).add(BigInteger.valueOf(limbs[component * LIMBS + i]));
    }
    return value;
  }
}
