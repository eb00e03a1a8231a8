package io.mlops4j.monitor.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.monitor.profile.Profile;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.DoubleUnaryOperator;
import java.util.function.IntFunction;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Bounds that healthy days do not reach: a live day like those passes, a worse one fails. */
class HealthyPeriodsOfQualityTest {
  private static final Instant NOON = Instant.parse("2001-02-01T12:00:00Z");
  private static final int ROWS = 1_000;

  private final BufferAllocator allocator = new RootAllocator();
  private final Random random = new Random(33); // a failure names its values

  @AfterEach
  void nothingIsLent() {
    assertThat(allocator.getAllocatedMemory()).isZero();
    allocator.close();
  }

  /** What the same days teach with and without a look at the days. */
  private record Taught(QualityReference plain, QualityReference byDay) {
    boolean plainFails(FeatureBatch live, QualityCheck check) {
      return fails(plain, live, check);
    }

    boolean fails(FeatureBatch live, QualityCheck check) {
      return fails(byDay, live, check);
    }

    private static boolean fails(
        QualityReference reference, FeatureBatch live, QualityCheck check) {
      try (live) {
        QualityWindow window = QualitySuite.of(reference).window();
        window.add(live, NOON);
        return window.report().results().stream()
            .anyMatch(one -> one.check() == check && one instanceof QualityResult.Failed);
      }
    }
  }

  private static Taught taught(int days, IntFunction<FeatureBatch> healthy) {
    List<FeatureBatch> batches = new ArrayList<>();
    for (int day = 0; day < days; day++) {
      batches.add(healthy.apply(day));
    }
    QualityReference.Builder rows = QualityReference.builder(Profile.builder());
    batches.forEach(rows::add);
    QualityReference plain = rows.build();
    List<Profile> profiles = new ArrayList<>();
    for (FeatureBatch batch : batches) {
      profiles.add(plain.profile().counting().add(batch).build());
      batch.close();
    }
    return new Taught(plain, plain.withPeriods(profiles));
  }

  private FeatureBatch texts(int ofThem, String text) {
    String[] all = new String[ROWS];
    Arrays.setAll(all, row -> row < ofThem ? text : "usual");
    return FeatureBatch.builder(allocator).strings("c", all).build();
  }

  private FeatureBatch numbers(DoubleUnaryOperator ofRow) {
    double[] all = new double[ROWS];
    Arrays.setAll(all, ofRow::applyAsDouble);
    return FeatureBatch.builder(allocator).doubles("x", all).build();
  }

  /**
   * SciPy 1.17.1: {@code 2 * t.ppf(0.995, 10)}; each day has 2 % of its own text, the margin is 1
   * %.
   */
  @Test
  void newTextsOfEachDayAreExpected() {
    Taught taught = taught(10, day -> texts(20, "of day " + day));
    assertThat(taught.byDay().boundFactors())
        .containsOnlyKeys("c")
        .extractingByKey("c", org.assertj.core.api.InstanceOfAssertFactories.MAP)
        .containsOnlyKeys(QualityCheck.UNSEEN);
    assertThat(taught.byDay().boundFactors().get("c").get(QualityCheck.UNSEEN))
        .isCloseTo(6.338545345233902, within(1e-9));
    assertThat(taught.plainFails(texts(60, "new"), QualityCheck.UNSEEN)).isTrue();
    assertThat(taught.fails(texts(60, "new"), QualityCheck.UNSEEN)).isFalse();
    assertThat(taught.fails(texts(80, "new"), QualityCheck.UNSEEN)).isTrue();
  }

  /**
   * SciPy 1.17.1: {@code t.ppf(0.995, 10) * sqrt(2**2 / 10)}; only the last day has its value
   * alone.
   */
  @Test
  void aLargestValueThatGrowsIsExpected() {
    Taught taught = taught(10, day -> numbers(row -> row < 20 ? 10 + day : row % 5));
    assertThat(taught.byDay().boundFactors().get("x").get(QualityCheck.RANGE))
        .isCloseTo(2.0044239, within(1e-6));
    assertThat(taught.plainFails(numbers(row -> row < 18 ? 30 : row % 5), QualityCheck.RANGE))
        .isTrue();
    assertThat(taught.fails(numbers(row -> row < 18 ? 30 : row % 5), QualityCheck.RANGE)).isFalse();
    assertThat(taught.fails(numbers(row -> row < 40 ? 30 : row % 5), QualityCheck.RANGE)).isTrue();
  }

  @Test
  void missingValuesOfSomeDaysAreExpected() {
    Taught taught =
        taught(20, day -> numbers(row -> row < 200 * (day % 2) ? Double.NaN : random.nextDouble()));
    DoubleUnaryOperator more = row -> row < 250 ? Double.NaN : random.nextDouble();
    DoubleUnaryOperator most = row -> row < 500 ? Double.NaN : random.nextDouble();
    assertThat(taught.plainFails(numbers(more), QualityCheck.NAN)).isTrue();
    assertThat(taught.fails(numbers(more), QualityCheck.NAN)).isFalse();
    assertThat(taught.fails(numbers(most), QualityCheck.NAN)).isTrue();
  }

  /** Days differ by factors of 0.8 and 1.25, so 1.6 is no change of unit, but 2.54 is one. */
  @Test
  void aRatioThatHealthyDaysHaveIsNoChangeOfUnit() {
    DoubleUnaryOperator wide = row -> Math.exp(random.nextGaussian());
    Taught taught =
        taught(20, day -> numbers(row -> (day % 2 == 0 ? 0.8 : 1.25) * wide.applyAsDouble(row)));
    assertThat(
            taught.plainFails(
                numbers(row -> 1.609344 * wide.applyAsDouble(row)), QualityCheck.UNIT))
        .isTrue();
    assertThat(taught.fails(numbers(row -> 1.609344 * wide.applyAsDouble(row)), QualityCheck.UNIT))
        .isFalse();
    assertThat(taught.fails(numbers(row -> 2.54 * wide.applyAsDouble(row)), QualityCheck.UNIT))
        .isTrue();
  }

  /** Days differ in their level, and a day in milligrams may also be wider or narrower. */
  @Test
  void aThousandthIsAChangeOfUnitOnAnyDay() {
    Taught taught = taught(20, day -> numbers(row -> level(day) * lognormal(0.5)));
    for (int day = 0; day < 2; day++) {
      double level = level(day);
      for (double width : new double[] {0.4, 0.5, 0.7}) {
        assertThat(taught.fails(numbers(row -> level * lognormal(width)), QualityCheck.UNIT))
            .isFalse();
        assertThat(taught.fails(numbers(row -> level / 1000 * lognormal(width)), QualityCheck.UNIT))
            .as("level %s, width %s", level, width)
            .isTrue();
      }
    }
  }

  private static double level(int day) {
    return day % 2 == 0 ? 14 : 28;
  }

  private double lognormal(double deviation) {
    return Math.exp(deviation * random.nextGaussian());
  }

  /** Each day is of one customer with few numbers, so that one of round numbers is no rounding. */
  @Test
  void roundNumbersOfADayAreNoRoundingIfDaysHaveNumbersOfTheirOwn() {
    Taught clustered = taught(20, day -> numbers(row -> 1_001.0 * day + random.nextInt(200)));
    Taught mixed = taught(20, day -> numbers(row -> random.nextInt(20_000)));
    DoubleUnaryOperator round = row -> 10 * random.nextInt(2_000);
    assertThat(clustered.plainFails(numbers(round), QualityCheck.RESOLUTION)).isTrue();
    assertThat(clustered.fails(numbers(round), QualityCheck.RESOLUTION)).isFalse();
    assertThat(mixed.fails(numbers(round), QualityCheck.RESOLUTION)).isTrue();
  }

  @Test
  void daysThatAreAllAlikeRaiseNoBound() {
    Taught taught = taught(20, day -> numbers(row -> random.nextGaussian()));
    assertThat(taught.byDay().boundFactors()).isEmpty();
  }

  @Test
  void aColumnOfWholeNumbersHasNoBoundForRounding() {
    Taught taught = taught(20, day -> numbers(row -> 1 + (day + row % 3) % 7));
    assertThat(taught.byDay().boundFactors().getOrDefault("x", new TreeMap<>()))
        .doesNotContainKey(QualityCheck.RESOLUTION);
  }

  @Test
  void raisedBoundsAreStored() {
    QualityReference reference = taught(10, day -> texts(20, "of day " + day)).byDay();
    QualityReference again = QualityReference.fromBytes(reference.toBytes());
    assertThat(again.boundFactors()).isEqualTo(reference.boundFactors()).isNotEmpty();
    assertThat(again.toBytes()).isEqualTo(reference.toBytes());
  }

  @Test
  void fewerThanTwoPeriodsChangeNothing() {
    QualityReference plain = taught(1, day -> texts(20, "one")).plain();
    assertThat(plain.withPeriods(List.of()).boundFactors()).isEqualTo(Map.of());
    assertThat(plain.withPeriods(List.of(plain.profile())).boundFactors()).isEqualTo(Map.of());
  }

  @Test
  void rowsMayBeCountedElsewhere() {
    try (FeatureBatch batch = texts(600, "rare");
        FeatureBatch first = batch.slice(0, 10)) {
      Profile whole = Profile.of(List.of(batch));
      QualityReference.Builder elsewhere = QualityReference.builder(whole).add(batch);
      assertThat(elsewhere.build(whole).toBytes())
          .isEqualTo(QualityReference.builder(Profile.builder()).add(batch).build().toBytes());
      assertThatThrownBy(elsewhere::build)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("counted elsewhere");
      assertThatThrownBy(() -> elsewhere.build(whole.profile(List.of(first))))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "counted: found a profile of 10 rows, expected the 1000 rows that were added");
    }
  }
}
