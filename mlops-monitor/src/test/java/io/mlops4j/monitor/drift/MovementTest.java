package io.mlops4j.monitor.drift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.monitor.profile.Profile;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MovementTest {
  private final BufferAllocator allocator = new RootAllocator();

  @AfterEach
  void everythingIsGivenBack() {
    allocator.close();
  }

  private FeatureDrift compare(FeatureBatch before, FeatureBatch after) {
    try (before;
        after) {
      Profile reference = Profile.of(List.of(before));
      return DriftReport.compare(reference, reference.profile(List.of(after))).features().get(0);
    }
  }

  private FeatureBatch doubles(double... values) {
    return FeatureBatch.builder(allocator).doubles("x", values).build();
  }

  private FeatureBatch strings(String... values) {
    return FeatureBatch.builder(allocator).strings("s", values).build();
  }

  /** As many texts of each name. */
  private static String[] texts(Object... namesAndTimes) {
    return IntStream.range(0, namesAndTimes.length / 2)
        .boxed()
        .flatMap(
            i ->
                IntStream.range(0, (Integer) namesAndTimes[2 * i + 1])
                    .mapToObj(times -> (String) namesAndTimes[2 * i]))
        .toArray(String[]::new);
  }

  @Test
  void aWayCountsHalfWhereItStartsAndHalfWhereItEnds() {
    // A quarter goes from 0 to 3 and a quarter from 1 to 3: 0.75 + 0.5.
    double[] ways =
        Movements.ways(new long[] {2, 2, 0}, new long[] {1, 1, 2}, new double[] {0, 1, 3});
    assertThat(ways).containsExactly(0.375, 0.25, 0.625);
    // What both have stays: a quarter goes from 0 to 1 and none from 1 to 2 and back.
    assertThat(Movements.ways(new long[] {2, 1, 1}, new long[] {1, 2, 1}, new double[] {0, 1, 2}))
        .containsExactly(0.125, 0.125, 0);
  }

  @Test
  void theWaysAddUpToTheAreaBetweenTheCumulativeShares() {
    long seed = 5;
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    for (int round = 0; round < 200; round++) {
      int bins = 2 + random.nextInt(20);
      long[] before = random.longs(bins, 0, 5).toArray();
      long[] after = random.longs(bins, 0, 5).toArray();
      before[0]++;
      after[bins - 1]++;
      double[] positions = random.doubles(bins, -5, 5).sorted().toArray();
      double n = Arrays.stream(before).sum();
      double m = Arrays.stream(after).sum();
      double area = 0;
      double below = 0;
      for (int bin = 0; bin + 1 < bins; bin++) {
        below += after[bin] / m - before[bin] / n;
        area += Math.abs(below) * (positions[bin + 1] - positions[bin]);
      }
      double[] ways = Movements.ways(before, after, positions);
      assertThat(Arrays.stream(ways).sum()).isCloseTo(area, within(1e-12));
      assertThat(Arrays.stream(ways).min().orElseThrow()).isNotNegative();
    }
  }

  @Test
  void partsFollowTheFormulaOfTheMeasure() {
    long[] before = {2, 0};
    long[] after = {1, 1};
    // ln(2 / 1.5) + ln(1 / 1.5) / 2, and ln(2) / 2: 0.4315 in all, twice SciPy's
    // jensenshannon([1, 0], [.5, .5]) ** 2 = 0.21576...
    double[] jensenShannon = Movements.parts("jensen-shannon distance", before, after);
    assertThat(jensenShannon[0]).isCloseTo(0.0849495183976, within(1e-12));
    assertThat(jensenShannon[1]).isCloseTo(0.3465735902800, within(1e-12));
    assertThat(Movements.parts("difference of shares", before, after)).containsExactly(0.5, 0.5);
    double[] hellinger = Movements.parts("hellinger distance", before, after);
    assertThat(hellinger[0]).isCloseTo(1.5 - Math.sqrt(2), within(1e-12));
    assertThat(hellinger[1]).isCloseTo(0.5, within(1e-12));
    double[] stability = Movements.parts("psi", new long[] {1, 1}, new long[] {3, 1});
    assertThat(stability[0]).isCloseTo(0.25 * Math.log(1.5), within(1e-12));
    assertThat(stability[1]).isCloseTo(0.25 * Math.log(2), within(1e-12));
  }

  @Test
  void categoriesAreNamedWithTheirShares() {
    FeatureDrift feature =
        compare(
            strings(texts("AA", 120, "DL", 480, "UA", 400)),
            strings(texts("AA", 190, "DL", 480, "UA", 330)));
    assertThat(feature.movements())
        .hasToString("[AA: 12.0 % -> 19.0 %, UA: 40.0 % -> 33.0 %]"); // DL has not moved
    assertThat(feature.movements().get(0).contribution()).isGreaterThan(0.6);
    assertThat(feature.movements().get(0).reference()).isEqualTo(0.12);
  }

  @Test
  void unseenRareAndMissingCategoriesAreToldApart() {
    String[] before = texts("a", 500, "b", 400);
    String[] after = texts("a", 300, "b", 300, "new", 200);
    assertThat(compare(strings(before), strings(after)).movements())
        .extracting(Movement::toString)
        .contains("unseen in the reference: 0.0 % -> 25.0 %");
    String[] withRare = texts("a", 500, "b", 400, "rare", 3);
    assertThat(compare(strings(withRare), strings(after)).movements())
        .extracting(Movement::value)
        .contains("rare or unseen");
    String[] withMissing = Arrays.copyOf(before, 1000); // a hundred nulls behind
    assertThat(compare(strings(before), strings(withMissing)).movements())
        .extracting(Movement::toString)
        .contains("missing: 0.0 % -> 10.0 %");
  }

  @Test
  void rangesOfNumbersAreTenthsAndWhatLiesBeyond() {
    double[] before = IntStream.range(0, 1000).asDoubleStream().toArray();
    double[] after = before.clone();
    Arrays.fill(after, 0, 70, 5000);
    Arrays.fill(after, 70, 80, -3);
    FeatureDrift feature = compare(doubles(before), doubles(after));
    assertThat(feature.movements())
        .extracting(Movement::toString)
        .contains("above 999: 0.0 % -> 7.0 %", "below 0: 0.0 % -> 1.0 %");
    assertThat(feature.movements().stream().filter(m -> m.value().startsWith("above")).findAny())
        .hasValueSatisfying(m -> assertThat(m.contribution()).isCloseTo(0.5, within(0.01)));
    // 254 bins of about four rows: a tenth is one within a bin's mass, and says what it holds.
    assertThat(feature.movements().get(0).value()).matches("0 to (9|10)\\d");
    assertThat(feature.movements().get(0).reference()).isCloseTo(0.1, within(0.005));
    assertThat(feature.movements().stream().mapToDouble(Movement::contribution).sum())
        .isCloseTo(1, within(1e-12));
  }

  @Test
  void fewNumbersAreNamedOneByOneAndUnseenOnesByTheirNeighbours() {
    double[] before = IntStream.range(0, 1000).mapToDouble(i -> i % 10 * 2).toArray();
    double[] after = before.clone();
    Arrays.setAll(after, i -> before[i] == 4 ? 7 : before[i]);
    assertThat(compare(doubles(before), doubles(after)).movements())
        .extracting(Movement::toString)
        .containsExactlyInAnyOrder("4: 10.0 % -> 0.0 %", "between 6 and 8: 0.0 % -> 10.0 %");
    double[] three = IntStream.range(0, 900).mapToDouble(i -> i % 3).toArray();
    double[] moved = IntStream.range(0, 900).mapToDouble(i -> i % 9 == 0 ? 2 : i % 3).toArray();
    assertThat(compare(doubles(three), doubles(moved)).movements())
        .extracting(Movement::value)
        .containsExactlyInAnyOrder("0", "2");
  }

  @Test
  void rangesFarFromZeroHaveTheDigitsThatTellThemApart() {
    double[] before = IntStream.range(0, 1000).mapToDouble(i -> 1e9 + i / 1000.0).toArray();
    double[] after = Arrays.stream(before).map(x -> x + 0.3).toArray();
    assertThat(compare(doubles(before), doubles(after)).movements())
        .filteredOn(movement -> movement.value().contains(" to "))
        .isNotEmpty()
        .allSatisfy(
            movement -> {
              int between = movement.value().indexOf(" to ");
              assertThat(movement.value().substring(0, between))
                  .isNotEqualTo(movement.value().substring(between + " to ".length()));
            });
  }

  @Test
  void missingValuesThatDriftedAreWhatMoved() {
    double[] before = IntStream.range(0, 1000).asDoubleStream().toArray();
    double[] after = before.clone();
    IntStream.range(0, 1000).filter(i -> i % 4 == 0).forEach(i -> after[i] = Double.NaN);
    assertThat(compare(doubles(before), doubles(after)).movements())
        .containsExactly(new Movement("missing", 0, 0.25, 1));
  }

  @Test
  void nothingMovedWhereNothingChangedOrCanBeSaid() {
    double[] values = IntStream.range(0, 1000).asDoubleStream().toArray();
    assertThat(compare(doubles(values), doubles(values)).movements()).isEmpty();
    assertThat(compare(strings(texts("a", 90)), strings(texts("a", 90))).movements()).isEmpty();
    assertThat(compare(doubles(values), doubles(1, 2, 3)).movements()).isEmpty();
  }
}
