package io.mlops4j.monitor.stats;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Joins the rarest categories into one until at most one expected count in five is below 5. Two
 * categories always remain, because a single one could not differ.
 */
final class RareCategories {
  private RareCategories() {}

  static Counts pooled(Counts counts) {
    List<long[]> columns = commonestFirst(counts);
    while (columns.size() > 2 && tooManyRare(columns, counts)) {
      joinLastTwo(columns);
    }
    return Counts.of(
        columns.stream().mapToLong(column -> column[0]).toArray(),
        columns.stream().mapToLong(column -> column[1]).toArray());
  }

  static boolean tooMany(Counts counts) {
    return tooManyRare(commonestFirst(counts), counts);
  }

  private static List<long[]> commonestFirst(Counts counts) {
    return IntStream.range(0, counts.bins())
        .filter(counts::isUsed)
        .mapToObj(i -> new long[] {counts.reference(i), counts.current(i)})
        .sorted(Comparator.comparingLong((long[] column) -> -column[0] - column[1]))
        .collect(Collectors.toList());
  }

  private static boolean tooManyRare(List<long[]> columns, Counts counts) {
    double all = (double) counts.referenceRows() + counts.currentRows();
    long rare = 0;
    for (long[] column : columns) {
      double share = (column[0] + column[1]) / all;
      rare += share * counts.referenceRows() < ChiSquare.LEAST_EXPECTED ? 1 : 0;
      rare += share * counts.currentRows() < ChiSquare.LEAST_EXPECTED ? 1 : 0;
    }
    return rare > 0.2 * 2 * columns.size();
  }

  /**
   * The joined column stays last even if it is no longer the rarest, because it is the pool that
   * grows.
   */
  private static void joinLastTwo(List<long[]> columns) {
    long[] last = columns.remove(columns.size() - 1);
    long[] pool = columns.get(columns.size() - 1);
    pool[0] += last[0];
    pool[1] += last[1];
  }
}
