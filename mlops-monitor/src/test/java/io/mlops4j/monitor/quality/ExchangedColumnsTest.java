package io.mlops4j.monitor.quality;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.monitor.profile.Profile;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Bookings of a year in which rare flags move with the season beside counts with many zeros and a
 * long tail, and areas whose mix moves.
 */
class ExchangedColumnsTest {
  private static final int ROWS = 6000;
  private static final int AREAS = 8;
  private static final int YEARS = 6;

  private final BufferAllocator allocator = new RootAllocator();

  @AfterEach
  void nothingIsLent() {
    assertThat(allocator.getAllocatedMemory()).isZero();
    allocator.close();
  }

  /** The columns of a year, in the order of its days. */
  private static Map<String, double[]> year(long seed) {
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    Map<String, double[]> columns = new TreeMap<>();
    double[] peaks = random.doubles(AREAS, 0, 1).toArray();
    double[] sizes = random.doubles(AREAS).map(x -> 0.1 + x * x).toArray();
    double[] loyalty = {0.02 + 0.06 * random.nextDouble(), 0.3 * random.nextDouble()};
    for (int row = 0; row < ROWS; row++) {
      double time = (double) row / ROWS;
      double holiday = Math.exp(-Math.pow((time - 0.98) / 0.03, 2));
      double summer = Math.exp(-Math.pow((time - 0.55) / 0.15, 2));
      put(columns, "day", row, Math.floor(365 * time));
      put(columns, "price", row, 60 + 60 * summer + 50 * holiday + 20 * random.nextGaussian());
      put(columns, "nights", row, Math.floor(-(2 + summer) * Math.log(1 - random.nextDouble())));
      put(columns, "near_new_years", row, flag(random, 0.8 * holiday));
      put(columns, "near_easter", row, flag(random, Math.exp(-Math.pow((time - 0.3) / 0.04, 2))));
      put(columns, "children", row, tail(random, 0.06 + 0.15 * summer + 0.1 * holiday, 4));
      put(columns, "parking", row, flag(random, 0.04 + 0.06 * summer));
      put(columns, "cancelled", row, tail(random, loyalty[0] * (1 - 0.7 * time), 1.5));
      put(columns, "kept", row, tail(random, loyalty[0] + loyalty[1] * time * time, 1));
      int area = area(random, sizes, peaks, time);
      for (int i = 0; i < AREAS; i++) {
        put(columns, "area_" + i, row, i == area ? 1 : 0);
      }
    }
    return columns;
  }

  private static void put(Map<String, double[]> columns, String name, int row, double value) {
    columns.computeIfAbsent(name, key -> new double[ROWS])[row] = value;
  }

  private static double flag(Random random, double rate) {
    return random.nextDouble() < rate ? 1 : 0;
  }

  /** Zero, or a count with a Pareto tail. */
  private static double tail(Random random, double rate, double shape) {
    return random.nextDouble() < rate
        ? Math.min(60, Math.floor(Math.pow(1 - random.nextDouble(), -1 / shape)))
        : 0;
  }

  private static int area(Random random, double[] sizes, double[] peaks, double time) {
    double[] weights = new double[AREAS];
    Arrays.setAll(
        weights, i -> sizes[i] * (0.15 + Math.exp(-Math.pow((time - peaks[i]) / 0.25, 2))));
    double at = random.nextDouble() * Arrays.stream(weights).sum();
    for (int i = 0; i < AREAS - 1; i++) {
      at -= weights[i];
      if (at < 0) {
        return i;
      }
    }
    return AREAS - 1;
  }

  private FeatureBatch batch(Map<String, double[]> columns, int[] rows) {
    FeatureBatch.Builder batch = FeatureBatch.builder(allocator);
    columns.forEach(
        (name, values) ->
            batch.doubles(name, Arrays.stream(rows).mapToDouble(row -> values[row]).toArray()));
    return batch.build();
  }

  private QualitySuite suite(Map<String, double[]> columns, int[] rows) {
    QualityReference.Builder reference = QualityReference.builder(Profile.builder());
    try (FeatureBatch batch = batch(columns, rows)) {
      reference.add(batch);
    }
    return QualitySuite.of(reference.build());
  }

  private List<String> exchanged(QualitySuite suite, Map<String, double[]> columns, int[] rows) {
    try (FeatureBatch batch = batch(columns, rows)) {
      QualityWindow window = suite.window();
      window.add(batch, Instant.EPOCH);
      return window.report().failures().stream()
          .filter(failed -> failed.check() == QualityCheck.SWAPPED)
          .map(QualityResult::column)
          .toList();
    }
  }

  private static int[] days(double from, double to) {
    return IntStream.range((int) (from * ROWS), (int) (to * ROWS)).toArray();
  }

  @Test
  void aSeasonThatMovesIsNoExchange() {
    List<String> found = new ArrayList<>();
    int splits = 0;
    for (int seed = 0; seed < YEARS; seed++) {
      Map<String, double[]> year = year(seed);
      for (int[][] split :
          new int[][][] {
            {days(0, 0.5), days(0.5, 1)},
            {days(0.5, 1), days(0, 0.5)},
            {days(0, 0.75), days(0.75, 1)},
            {days(0.25, 1), days(0, 0.25)}
          }) {
        splits++;
        found.addAll(exchanged(suite(year, split[0]), year, split[1]));
      }
    }
    assertThat(found).as("of %d splits", splits).isEmpty();
  }

  @Test
  void exchangedColumnsAreFoundAlone() {
    String[][] pairs = {
      {"nights", "price"},
      {"children", "nights"},
      {"day", "price"},
      {"kept", "price"},
      {"nights", "parking"},
      {"near_new_years", "nights"},
      {"day", "near_easter"}
    };
    for (String[] pair : pairs) {
      Arrays.sort(pair);
    }
    List<String> missed = new ArrayList<>();
    List<String> others = new ArrayList<>();
    for (int seed = 0; seed < YEARS / 2; seed++) {
      Map<String, double[]> year = year(seed);
      QualitySuite suite = suite(year, IntStream.range(0, ROWS).filter(i -> i % 2 == 0).toArray());
      for (String[] pair : pairs) {
        Map<String, double[]> wrong = new TreeMap<>(year);
        wrong.put(pair[0], year.get(pair[1]));
        wrong.put(pair[1], year.get(pair[0]));
        List<String> found =
            new ArrayList<>(
                exchanged(
                    suite, wrong, IntStream.range(0, ROWS).filter(i -> i % 2 == 1).toArray()));
        if (!found.remove(pair[0] + " and " + pair[1])) {
          missed.add(seed + " " + pair[0] + " and " + pair[1]);
        }
        others.addAll(found);
      }
    }
    assertThat(missed).isEmpty();
    assertThat(others).isEmpty();
  }
}
