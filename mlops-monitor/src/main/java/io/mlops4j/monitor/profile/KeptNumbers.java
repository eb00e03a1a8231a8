package io.mlops4j.monitor.profile;

import io.mlops4j.monitor.profile.internal.HyperLogLog;
import java.util.Arrays;

/**
 * Numbers of one width, or a uniform sample of them. Each number is kept or not by a hash of its
 * position, so the same numbers in the same order give the same sample in any batching.
 */
final class KeptNumbers {
  private static final int FIRST = 1024;

  private final int width;
  private final int mostWords;
  private int[] words = new int[FIRST];
  private int used;
  private long seen;
  private long mask;

  /**
   * @param width the words of 32 bits of a number, 1 or 2
   * @param mostWords the words that are added before {@link #thin} at most
   */
  KeptNumbers(int width, int mostWords) {
    this.width = width;
    this.mostWords = mostWords;
  }

  void add(float value) {
    if (isNextKept()) {
      words[used++] = Float.floatToRawIntBits(value);
    }
  }

  void add(double value) {
    if (isNextKept()) {
      long bits = Double.doubleToRawLongBits(value);
      words[used++] = (int) (bits >>> Integer.SIZE);
      words[used++] = (int) bits;
    }
  }

  private boolean isNextKept() {
    boolean kept = isKept(seen++, mask);
    if (kept && used + width > words.length) {
      words = Arrays.copyOf(words, Math.min(2 * words.length, mostWords));
    }
    return kept;
  }

  private static boolean isKept(long position, long mask) {
    return mask == 0 || (HyperLogLog.mix(position) & mask) == 0;
  }

  /** Removes about half of the kept numbers, and keeps half as many of the later ones. */
  void thin() {
    long halved = 2 * mask + 1;
    int from = 0;
    int to = 0;
    for (long position = 0; position < seen; position++) {
      if (isKept(position, mask)) {
        if (isKept(position, halved)) {
          System.arraycopy(words, from, words, to, width);
          to += width;
        }
        from += width;
      }
    }
    used = to;
    mask = halved;
  }

  /** The words that the kept numbers take. */
  int used() {
    return used;
  }

  /** The words of the kept numbers, in their order; a copy. */
  int[] words() {
    return Arrays.copyOf(words, used);
  }

  /** The kept numbers of two words, in their order. */
  double[] doubles() {
    double[] all = new double[used / 2];
    for (int i = 0; i < all.length; i++) {
      long high = (long) words[2 * i] << Integer.SIZE;
      all[i] = Double.longBitsToDouble(high | Integer.toUnsignedLong(words[2 * i + 1]));
    }
    return all;
  }
}
