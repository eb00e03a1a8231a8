package io.mlops4j.bench.truth;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.monitor.drift.DriftReport;
import io.mlops4j.monitor.profile.Profile;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;

/** Two samples of rows with several columns: numbers as doubles, categories as codes from 0. */
final class Table {
  private final Map<String, double[][]> numbers = new LinkedHashMap<>();
  private final Map<String, int[][]> categories = new LinkedHashMap<>();

  Table numbers(String name, double[] reference, double[] current) {
    numbers.put(name, new double[][] {reference, current});
    return this;
  }

  Table categories(String name, int[] reference, int[] current) {
    categories.put(name, new int[][] {reference, current});
    return this;
  }

  /**
   * As a user compares them: with a profile of the reference, in whose bins the rest is counted.
   */
  DriftReport report() {
    try (BufferAllocator memory = new RootAllocator();
        FeatureBatch reference = batch(memory, 0);
        FeatureBatch current = batch(memory, 1)) {
      Profile before =
          Profile.builder()
              .categories(categories.keySet().toArray(String[]::new))
              .add(reference)
              .build();
      return DriftReport.compare(before, before.profile(List.of(current)));
    }
  }

  private FeatureBatch batch(BufferAllocator memory, int side) {
    FeatureBatch.Builder batch = FeatureBatch.builder(memory);
    numbers.forEach((name, sides) -> batch.doubles(name, sides[side]));
    categories.forEach((name, sides) -> batch.ints(name, sides[side]));
    return batch.build();
  }

  /** Whether Evidently says of any column that it drifted. */
  boolean evidently() {
    return numbers.values().stream().anyMatch(sides -> Evidently.numbers(sides[0], sides[1]))
        || categories.values().stream().anyMatch(Table::evidently);
  }

  private static boolean evidently(int[][] sides) {
    int most = Math.max(most(sides[0]), most(sides[1]));
    return Evidently.categories(counts(sides[0], most), counts(sides[1], most));
  }

  private static int most(int[] codes) {
    return Arrays.stream(codes).max().orElse(0);
  }

  private static long[] counts(int[] codes, int most) {
    long[] counts = new long[most + 1];
    for (int code : codes) {
      counts[code]++;
    }
    return counts;
  }
}
