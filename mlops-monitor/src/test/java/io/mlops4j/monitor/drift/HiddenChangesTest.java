package io.mlops4j.monitor.drift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.monitor.profile.Profile;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Changes that the default policy must see, by the rows of one column; and some that it must not.
 */
class HiddenChangesTest {
  private static final int ROWS = 10_000;
  private static final String SCORES = "wasserstein of normal scores";

  private final BufferAllocator allocator = new RootAllocator();

  @AfterEach
  void everythingIsGivenBack() {
    allocator.close();
  }

  private FeatureDrift compare(FeatureBatch before, FeatureBatch after, DriftPolicy policy) {
    try (before;
        after) {
      Profile reference = Profile.of(List.of(before));
      return DriftReport.compare(reference, reference.profile(List.of(after)), policy).feature("x");
    }
  }

  private FeatureDrift texts(
      int before, IntFunction<@Nullable String> was, int after, IntFunction<@Nullable String> is) {
    return compare(texts(before, was), texts(after, is), DriftPolicy.withDefaults());
  }

  private FeatureBatch texts(int rows, IntFunction<@Nullable String> text) {
    return FeatureBatch.builder(allocator)
        .strings("x", IntStream.range(0, rows).mapToObj(text).toArray(String[]::new))
        .build();
  }

  private FeatureDrift numbers(IntToDoubleFunction was, IntToDoubleFunction is) {
    return compare(numbers(was), numbers(is), DriftPolicy.withDefaults());
  }

  private FeatureBatch numbers(IntToDoubleFunction number) {
    return FeatureBatch.builder(allocator)
        .doubles("x", IntStream.range(0, ROWS).mapToDouble(number).toArray())
        .build();
  }

  /** The i-th of the quantiles at (i + 0.5) / ROWS, so that nothing is left to chance. */
  private static double cauchy(int row) {
    return Math.tan(Math.PI * ((row + 0.5) / ROWS - 0.5));
  }

  private static double pareto(int row) {
    return Math.pow(ROWS / (row + 0.5), 1.5);
  }

  private static IntToDoubleFunction normal(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    double[] values = IntStream.range(0, ROWS).mapToDouble(i -> random.nextGaussian()).toArray();
    return row -> values[row];
  }

  private static void drifted(FeatureDrift feature, String measure) {
    assertThat(feature.verdict())
        .isInstanceOfSatisfying(
            DriftVerdict.Drifted.class,
            verdict -> assertThat(verdict.measure()).isEqualTo(measure));
    assertThat(feature.movements()).isNotEmpty();
    assertThat(feature.evidence().get(0).text()).isNotBlank();
  }

  // ---- categories

  @ParameterizedTest
  @CsvSource({"1000, 50, 20000", "10000, 50, 1000000", "100, 10, 2000"})
  void aCompleteChangeOfCategoriesIsDrift(int before, int categories, int after) {
    FeatureDrift feature =
        texts(before, i -> "a" + i % categories, after, i -> "b" + i % categories);
    assertThat(feature.drifted()).as(feature.toString()).isTrue();
    assertThat(feature.movements().get(0).value()).isEqualTo("unseen in the reference");
  }

  @Test
  void halfOfTheCategoriesMissingIsDrift() {
    drifted(
        texts(100, i -> "a" + i % 50, 2000, i -> "a" + i % 25),
        "vanished: jensen-shannon distance");
  }

  /** The other half of the rows is common to both. */
  @Test
  void unseenCategoriesBesideACommonOneAreDrift() {
    drifted(
        texts(
            1000,
            i -> i % 2 == 0 ? "common" : "a" + i % 100,
            20_000,
            i -> i % 2 == 0 ? "common" : "b" + i % 100),
        "unseen: difference of shares");
  }

  @Test
  void fewNumbersThatAllChangedAreDrift() {
    FeatureBatch before =
        FeatureBatch.builder(allocator)
            .doubles("x", IntStream.range(0, 60).mapToDouble(i -> i % 3).toArray())
            .build();
    FeatureBatch after = FeatureBatch.builder(allocator).doubles("x", filled(100_000, 9)).build();
    drifted(compare(before, after, DriftPolicy.withDefaults()), "jensen-shannon distance");
  }

  private static double[] filled(int rows, double value) {
    double[] values = new double[rows];
    Arrays.fill(values, value);
    return values;
  }

  /** A tail of which each sample sees another part, and rows in no order. */
  @ParameterizedTest
  @CsvSource({"100, 2000", "1000, 20000", "1000, 1000"})
  void sharesOfTheSameLongTailAreNotDriftAndNoRowsAreNeverNeeded(int before, int after) {
    for (int seed = 0; seed < 8; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      IntFunction<String> any = i -> "a" + (int) (10 / (random.nextDouble() + 0.01));
      IntFunction<String> even = i -> "a" + random.nextInt(50);
      for (IntFunction<String> tail : List.of(any, even)) {
        FeatureDrift feature =
            compare(
                texts(before, tail),
                texts(after, tail),
                DriftPolicy.withDefaults().withFalseDiscoveryRate(0.001));
        assertThat(feature.drifted()).as("seed " + seed + ": " + feature).isFalse();
        if (feature.verdict() instanceof DriftVerdict.InsufficientData few) {
          assertThat(few.rowsNeeded()).isPositive();
        }
      }
    }
  }

  // ---- shares

  @ParameterizedTest
  @CsvSource({"10, 200", "100, 500", "200, 10", "150, 0"})
  void aRareFlagThatMovedIsDrift(int before, int after) {
    IntFunction<String> was = i -> i < before ? "true" : "false";
    IntFunction<String> is = i -> i < after ? "true" : "false";
    drifted(texts(ROWS, was, ROWS, is), "difference of shares");
    drifted(numbers(i -> i < before ? 1 : 0, i -> i < after ? 1 : 0), "difference of shares");
    IntFunction<@Nullable String> wasOr = i -> i % 10 == 9 ? null : was.apply(i);
    IntFunction<@Nullable String> isOr = i -> i % 10 == 9 ? null : is.apply(i);
    assertThat(texts(ROWS, wasOr, ROWS, isOr).drifted()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"100, 120", "10, 60", "3000, 3500", "0, 50"})
  void aSmallDifferenceOfSharesIsNotDrift(int before, int after) {
    assertThat(
            texts(ROWS, i -> i < before ? "true" : "false", ROWS, i -> i < after ? "true" : "false")
                .drifted())
        .isFalse();
  }

  @ParameterizedTest
  @CsvSource({"0, 200", "0, 900", "100, 500", "200, 800"})
  void aSurgeOfMissingNumbersIsDrift(int before, int after) {
    IntToDoubleFunction normal = normal(1);
    drifted(
        numbers(
            i -> i * 7 % ROWS < before ? Double.NaN : normal.applyAsDouble(i),
            i -> i * 7 % ROWS < after ? Double.NaN : normal.applyAsDouble(i)),
        "missing: difference of shares");
  }

  // ---- numbers

  @Test
  void heavyTailsThatMovedAreDrift() {
    drifted(numbers(HiddenChangesTest::cauchy, i -> cauchy(i) + 3), SCORES);
    drifted(numbers(HiddenChangesTest::pareto, i -> 5 * pareto(i)), SCORES);
  }

  /** The logarithms, and so the normal scores, move by ln(1.5) / 2 deviations. */
  @Test
  void pricesHalfAsHighAgainAreDriftOfThatSize() {
    IntToDoubleFunction normal = normal(3);
    IntToDoubleFunction price = i -> 100 * Math.exp(2 * normal.applyAsDouble(i));
    FeatureDrift feature = numbers(price, i -> 1.5 * price.applyAsDouble(i));
    drifted(feature, SCORES);
    assertThat(feature.evidence().get(0).measured()).isCloseTo(Math.log(1.5) / 2, within(0.01));
    assertThat(numbers(price, i -> 1.1 * price.applyAsDouble(i)).drifted()).isFalse();
  }

  /** Exponential and uniform rows have no heavy tail; nor has a column that is mostly zero. */
  @Test
  void scoresAreForHeavyTailsOnly() {
    IntToDoubleFunction share = i -> (i + 0.5) / ROWS;
    for (IntToDoubleFunction rows :
        List.<IntToDoubleFunction>of(
            share, i -> -Math.log(share.applyAsDouble(i)), i -> i % 10 == 0 ? 1000.0 + i : 0)) {
      assertThat(numbers(rows, rows).verdict())
          .isInstanceOfSatisfying(
              DriftVerdict.Stable.class,
              stable -> assertThat(stable.measure()).isEqualTo("wasserstein/sigma"));
    }
  }

  /** On one side, on both, and infinite. */
  @Test
  void aFewRowsFarAwayAreDrift() {
    IntToDoubleFunction before = normal(1);
    IntToDoubleFunction after = before;
    drifted(
        numbers(before, i -> i % 100 == 0 ? 1000 : after.applyAsDouble(i)),
        "beyond: distance/sigma");
    drifted(
        numbers(before, i -> i % 200 == 0 ? 1000 : i % 200 == 1 ? -1000 : after.applyAsDouble(i)),
        "beyond: distance/sigma");
    drifted(
        numbers(before, i -> i % 100 == 0 ? Double.POSITIVE_INFINITY : after.applyAsDouble(i)),
        "beyond: distance/sigma");
  }

  @Test
  void aSingleOutlierOrASlightlyWiderRangeIsNotDrift() {
    IntToDoubleFunction before = normal(1);
    IntToDoubleFunction after = before;
    assertThat(numbers(before, i -> i == 0 ? 1e6 : after.applyAsDouble(i)).drifted()).isFalse();
    assertThat(numbers(before, i -> i % 100 == 0 ? 4.6 : after.applyAsDouble(i)).drifted())
        .isFalse();
  }

  @Test
  void whoeverChoosesABoundGetsThatAlone() {
    DriftPolicy own =
        DriftPolicy.withDefaults().withFeature("x", FeaturePolicy.withDefaults().withBound(100));
    IntToDoubleFunction after = normal(2);
    FeatureBatch far = numbers(i -> i % 100 == 0 ? 1000 : after.applyAsDouble(i));
    assertThat(compare(numbers(normal(1)), far, own).drifted()).isFalse();
    assertThat(
            compare(numbers(HiddenChangesTest::cauchy), numbers(i -> cauchy(i) + 3), own).drifted())
        .isFalse();
  }
}
