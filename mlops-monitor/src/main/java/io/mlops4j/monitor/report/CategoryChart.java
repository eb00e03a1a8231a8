package io.mlops4j.monitor.report;

import io.mlops4j.monitor.profile.CategoryProfile;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Draws categories: the most frequent ones of the reference, the others, and the missing. */
final class CategoryChart {
  private static final int NAMED = 10;

  private CategoryChart() {}

  static Chart of(CategoryPair pair) {
    CategoryProfile reference = pair.reference();
    CategoryProfile current = pair.current();
    List<String> names = new ArrayList<>(reference.names());
    int named = Math.min(NAMED, names.size());
    names.subList(named, names.size()).clear();
    long[][] counts = {counts(reference, named), counts(current, named)};
    if (counts[0][named] + counts[1][named] > 0) {
      names.add(
          reference.names().size() > named || !reference.namesAll() ? "all others" : "unseen");
    }
    if (counts[0][named + 1] + counts[1][named + 1] > 0) {
      names.add("missing");
    }
    int[] shown =
        IntStream.range(0, named + 2)
            .filter(bin -> bin < named || counts[0][bin] + counts[1][bin] > 0)
            .toArray();
    return new PairedBars(names, shares(counts[0], shown), shares(counts[1], shown));
  }

  /** The named ones, then the others, then the missing. */
  private static long[] counts(CategoryProfile side, int named) {
    long[] all = side.counts();
    long[] counts = new long[named + 2];
    for (int bin = 0; bin < all.length; bin++) {
      counts[Math.min(bin, named)] += all[bin];
    }
    counts[named + 1] = side.missing();
    return counts;
  }

  private static double[] shares(long[] counts, int[] shown) {
    double all = Math.max(1, Categories.sum(counts));
    return IntStream.of(shown).mapToDouble(bin -> counts[bin] / all).toArray();
  }
}
