package io.mlops4j.monitor.internal;

import java.util.Arrays;

/**
 * Sorts doubles by their bits, eleven at a time. For a hundred thousand values it takes a third of
 * the time of a comparison sort. The order is that of {@link Arrays#sort(double[])}.
 */
public final class RadixSort {
  private static final int FEW = 4096;
  private static final int BITS = 11;
  private static final int BUCKETS = 1 << BITS;

  private RadixSort() {}

  /** Sorts an array without NaN in place. */
  public static void sort(double[] values) {
    if (values.length < FEW) {
      Arrays.sort(values);
      return;
    }
    long[] from = new long[values.length];
    for (int i = 0; i < from.length; i++) {
      long bits = Double.doubleToRawLongBits(values[i]);
      from[i] = bits ^ ((bits >> 63) | Long.MIN_VALUE); // in the order of unsigned integers
    }
    long[] to = new long[from.length];
    for (int shift = 0; shift < Long.SIZE; shift += BITS) {
      if (pass(from, to, shift)) {
        long[] other = from;
        from = to;
        to = other;
      }
    }
    for (int i = 0; i < from.length; i++) {
      long key = from[i];
      values[i] = Double.longBitsToDouble(key ^ ((~key >> 63) | Long.MIN_VALUE));
    }
  }

  /** Returns false and does nothing if these bits are the same in all values. */
  private static boolean pass(long[] from, long[] to, int shift) {
    int[] next = new int[BUCKETS + 1];
    for (long key : from) {
      next[bucket(key, shift) + 1]++;
    }
    if (next[bucket(from[0], shift) + 1] == from.length) {
      return false;
    }
    for (int bucket = 0; bucket < BUCKETS; bucket++) {
      next[bucket + 1] += next[bucket];
    }
    for (long key : from) {
      to[next[bucket(key, shift)]++] = key;
    }
    return true;
  }

  private static int bucket(long key, int shift) {
    return (int) (key >>> shift) & (BUCKETS - 1);
  }
}
