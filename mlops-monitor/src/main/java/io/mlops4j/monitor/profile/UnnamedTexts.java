package io.mlops4j.monitor.profile;

import io.mlops4j.monitor.profile.internal.HyperLogLog;

/**
 * The number of distinct texts, and the lengths, of the texts without their own bin.
 *
 * @param distinct a sketch of the distinct texts
 * @param lengths their lengths
 */
record UnnamedTexts(HyperLogLog distinct, TextLengths lengths) {
  UnnamedTexts plus(UnnamedTexts other) {
    return new UnnamedTexts(distinct.plus(other.distinct), lengths.plus(other.lengths));
  }

  /** Counts them. */
  static final class Counter {
    private final HyperLogLog distinct = new HyperLogLog();
    private long texts;
    private int shortest = Integer.MAX_VALUE;
    private int longest;
    private long total;

    void add(byte[] utf8, int length, long times) {
      if (times > 0) {
        int points = TextLengths.codePoints(utf8, length);
        distinct.add(utf8, length);
        texts += times;
        shortest = Math.min(shortest, points);
        longest = Math.max(longest, points);
        total += times * points;
      }
    }

    UnnamedTexts build() {
      return new UnnamedTexts(
          distinct.copy(),
          texts == 0 ? TextLengths.NONE : new TextLengths(texts, shortest, longest, total));
    }
  }
}
