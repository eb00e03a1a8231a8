package io.mlops4j.bench.live;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/** Bins of categories: the most frequent ones, all others together, and missing values. */
final class CategoryBins {
  private final int[] binOf;
  private final int bins;

  private CategoryBins(int[] binOf, int bins) {
    this.binOf = binOf;
    this.bins = bins;
  }

  static CategoryBins mostFrequent(int[] reference, int most) {
    int codes = Arrays.stream(reference).max().orElse(-1) + 1;
    long[] counts = new long[codes];
    for (int code : reference) {
      if (code >= 0) {
        counts[code]++;
      }
    }
    int[] frequent =
        IntStream.range(0, codes)
            .boxed()
            .sorted(Comparator.comparingLong((Integer code) -> -counts[code]))
            .limit(most)
            .mapToInt(Integer::intValue)
            .toArray();
    int[] binOf = new int[codes];
    Arrays.fill(binOf, frequent.length);
    for (int bin = 0; bin < frequent.length; bin++) {
      binOf[frequent[bin]] = bin;
    }
    return new CategoryBins(binOf, frequent.length + 2);
  }

  long[] count(int[] codes) {
    long[] counts = new long[bins];
    for (int code : codes) {
      counts[code < 0 ? bins - 1 : code < binOf.length ? binOf[code] : bins - 2]++;
    }
    return counts;
  }
}
