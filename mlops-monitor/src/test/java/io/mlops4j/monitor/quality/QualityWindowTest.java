package io.mlops4j.monitor.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.Feature;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.monitor.profile.Columns;
import io.mlops4j.monitor.profile.Profile;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.TimeStampMilliVector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QualityWindowTest {
  private static final Instant NOON = Instant.parse("2001-02-01T12:00:00Z");

  private final BufferAllocator allocator = new RootAllocator();
  private final Random random = new Random(8); // a failure names its values

  @AfterEach
  void nothingIsLent() {
    assertThat(allocator.getAllocatedMemory()).isZero();
    allocator.close();
  }

  private FeatureBatch numbers(double... x) {
    return FeatureBatch.builder(allocator).doubles("x", x).build();
  }

  private FeatureBatch normal(int rows) {
    return numbers(random.doubles(rows).map(u -> Math.sqrt(-2 * Math.log(1 - u))).toArray());
  }

  private QualityReference reference() {
    QualityReference.Builder rows = QualityReference.builder(Profile.builder());
    try (FeatureBatch batch = normal(5_000)) {
      rows.add(batch);
    }
    return rows.build();
  }

  private static QualityResult result(QualityWindow window, QualityCheck check) {
    return window.report().results().stream()
        .filter(one -> one.check() == check)
        .findFirst()
        .orElseThrow();
  }

  private QualityWindow checked(QualitySuite suite, double... x) {
    QualityWindow window = suite.window();
    try (FeatureBatch batch = numbers(x)) {
      window.add(batch, NOON);
    }
    return window;
  }

  private static double measured(QualityWindow window, QualityCheck check) {
    QualityResult found = result(window, check);
    return found instanceof QualityResult.Failed failed
        ? failed.measured()
        : ((QualityResult.Passed) found).measured();
  }

  @Test
  void aRangeOfTheRulesIsExact() {
    QualityPolicy policy =
        QualityPolicy.withDefaults()
            .withColumn("x", ColumnRules.withDefaults().withRange(0, 1).withTolerance(0.25));
    QualitySuite suite = QualitySuite.of(reference(), policy);
    assertThat(result(checked(suite, 0, 0.5, 1, 1.5), QualityCheck.RANGE))
        .isInstanceOf(QualityResult.Passed.class);
    assertThat(result(checked(suite, 0, 1.5, 1, Double.POSITIVE_INFINITY), QualityCheck.RANGE))
        .isInstanceOfSatisfying(
            QualityResult.Failed.class,
            failed -> {
              assertThat(failed.measured()).isEqualTo(0.5);
              assertThat(failed.bound()).isEqualTo(0.25);
              assertThat(failed.relativeEffect()).isEqualTo(2);
            });
  }

  @Test
  void theLongestRunCrossesBatchesAndWindowsAndEndsAtAMissingValue() {
    QualityPolicy policy =
        QualityPolicy.withDefaults().withColumn("x", ColumnRules.withDefaults().withLongestRun(5));
    QualitySuite suite = QualitySuite.of(reference(), policy);
    QualityWindow first = checked(suite, 1, 7, 7);
    QualityWindow second = checked(suite, 7, 7, 2, 2);
    assertThat(measured(first, QualityCheck.FROZEN)).isEqualTo(2);
    QualityWindow going = first.next();
    try (FeatureBatch batch = numbers(7, 7, 7, Double.NaN, 7, 7)) {
      going.add(batch, NOON);
    }
    assertThat(measured(going, QualityCheck.FROZEN)).isEqualTo(5);
    assertThat(measured(first.merge(second), QualityCheck.FROZEN)).isEqualTo(4);
    assertThat(first.rows()).isEqualTo(7);
    QualityWindow whole = checked(suite, 2, 2).merge(checked(suite, 2)).merge(checked(suite, 2, 2));
    whole.merge(checked(suite, 2, 3));
    assertThat(measured(whole, QualityCheck.FROZEN)).isEqualTo(6);
    assertThat(result(whole, QualityCheck.FROZEN)).isInstanceOf(QualityResult.Failed.class);
  }

  /** 7 is in 2 rows of the first window, in all 3 of the second and in 1 of the third. */
  @Test
  void aRunThatGoesOnInTheNextWindowCountsOnceInTheMergedWindow() {
    QualityPolicy policy =
        QualityPolicy.withDefaults().withColumn("x", ColumnRules.withDefaults().withLongestRun(6));
    QualitySuite suite = QualitySuite.of(reference(), policy);
    QualityWindow first = checked(suite, 1, 7, 7);
    QualityWindow second = followed(first, 7, 7, 7);
    QualityWindow third = followed(second, 7, 2);
    QualityWindow whole = suite.window().merge(first).merge(second).merge(third);
    assertThat(measured(whole, QualityCheck.FROZEN)).isEqualTo(6);
    assertThat(measured(second.merge(third), QualityCheck.FROZEN)).isEqualTo(6);
    assertThat(measured(first.merge(second), QualityCheck.FROZEN)).isEqualTo(6);
    first.merge(first.next());
    assertThat(measured(first, QualityCheck.FROZEN)).isEqualTo(6);
  }

  private QualityWindow followed(QualityWindow before, double... x) {
    QualityWindow window = before.next();
    try (FeatureBatch batch = numbers(x)) {
      window.add(batch, NOON);
    }
    return window;
  }

  /**
   * A rare flag is 0 in runs of thousands of sampled rows; a value that changes every 600 rows has
   * runs of 600 rows, however many are sampled.
   */
  @Test
  void runsOfSampledRowsAreComparedWithRunsOfSampledRows() {
    int rows = 120_000;
    double[] flag = random.doubles(rows).map(u -> u < 0.002 ? 1 : 0).toArray();
    double[] slow = new double[rows];
    Arrays.setAll(slow, row -> Math.floor(row / 600.0));
    double[] frozen = slow.clone();
    Arrays.fill(frozen, 90_000, 95_000, 17);
    try (FeatureBatch good =
            FeatureBatch.builder(allocator).doubles("flag", flag).doubles("slow", slow).build();
        FeatureBatch bad =
            FeatureBatch.builder(allocator).doubles("flag", flag).doubles("slow", frozen).build()) {
      QualityReference reference = QualityReference.builder(Profile.builder()).add(good).build();
      for (int sampling : new int[] {1, 15, 16}) {
        QualitySuite suite =
            QualitySuite.of(reference, QualityPolicy.withDefaults().withSampling(sampling));
        assertThat(suite.check(List.of(good)).failures()).isEmpty();
        assertThat(suite.check(List.of(bad)).failures())
            .extracting(QualityResult.Failed::check, QualityResult.Failed::column)
            .containsExactly(org.assertj.core.api.Assertions.tuple(QualityCheck.FROZEN, "slow"));
      }
    }
  }

  /**
   * In a million rows, independent flags of one row in a thousand have sampled runs that are many
   * times as long as the longest one of a reference of 50 000 rows.
   */
  @Test
  void aRareFlagIsNotFrozenByChanceButIsWhenItIsNeverSetAgain() {
    for (int drawn = 0; drawn < 5; drawn++) {
      QualityReference.Builder learning = QualityReference.builder(Profile.builder());
      try (FeatureBatch good = flags(50_000, 0.001)) {
        learning.add(good);
      }
      QualitySuite suite =
          QualitySuite.of(learning.build(), QualityPolicy.withDefaults().withSampling(15));
      QualityWindow window = suite.window();
      for (int i = 0; i < 60; i++) {
        try (FeatureBatch live = flags(10_000, 0.001)) {
          window.add(live, NOON);
        }
        assertThat(window.report(1e-5).failures()).as("%s, window %d", window, i).isEmpty();
        window = window.next();
      }
      int quiet = 0;
      while (window.report(1e-5).failures().isEmpty() && quiet < 100) {
        window = window.next();
        try (FeatureBatch live = flags(10_000, 0)) {
          window.add(live, NOON);
        }
        quiet++;
      }
      assertThat(quiet).as("windows of 10 000 rows").isBetween(10, 60);
    }
  }

  private FeatureBatch flags(int rows, double share) {
    double[] flag = random.doubles(rows).map(u -> u < share ? 1 : 0).toArray();
    return FeatureBatch.builder(allocator).doubles("flag", flag).build();
  }

  /** A column with values in one row of twenty cannot lose them in a tenth of all rows. */
  @ParameterizedTest
  @CsvSource({"0.05, true", "0.04, true", "0.01, false", "0, false"})
  void aColumnThatIsMostlyMissingIsFoundWhenItsValuesVanish(double present, boolean passes) {
    QualityReference.Builder learning = QualityReference.builder(Profile.builder());
    try (FeatureBatch usual = present(0.05)) {
      learning.add(usual);
    }
    QualityWindow window = QualitySuite.of(learning.build()).window();
    try (FeatureBatch now = present(present)) {
      window.add(now, NOON);
    }
    assertThat(result(window, QualityCheck.NAN) instanceof QualityResult.Passed).isEqualTo(passes);
  }

  private FeatureBatch present(double share) {
    return numbers(
        random.doubles(20_000).map(u -> u < share ? random.nextGaussian() : Double.NaN).toArray());
  }

  @Test
  void mergedPartsGiveTheResultsOfTheWhole() {
    QualitySuite suite = QualitySuite.of(reference());
    double[] x = random.doubles(3_000).map(u -> u < 0.2 ? Double.NaN : 6 * u).toArray();
    System.arraycopy(x, 0, x, 1_000, 700);
    QualityWindow whole = checked(suite, x);
    QualityWindow parts = suite.window();
    for (int from = 0; from < x.length; from += 500) {
      parts.merge(checked(suite, Arrays.copyOfRange(x, from, from + 500)));
    }
    for (QualityCheck check :
        List.of(
            QualityCheck.NAN,
            QualityCheck.RANGE,
            QualityCheck.MISSING,
            QualityCheck.FROZEN,
            QualityCheck.DUPLICATES)) {
      assertThat(result(parts, check)).isEqualTo(result(whole, check));
    }
    assertThat(measured(whole, QualityCheck.NAN))
        .isEqualTo(Arrays.stream(x).filter(Double::isNaN).count() / 3_000.0);
  }

  /** A key of two columns, of which one is the same in all rows of a day. */
  @Test
  void rowsThatAreSentTwiceAreFoundOnEachDayOfAKeyOfDayAndShop() {
    QualityReference.Builder rows =
        QualityReference.builder(Profile.builder().columns("x")).keys("day", "shop");
    for (int day = 0; day < 30; day++) {
      try (FeatureBatch batch = sales(day)) {
        rows.add(batch);
      }
    }
    QualitySuite suite =
        QualitySuite.of(rows.build(), QualityPolicy.withDefaults().withSampling(16));
    for (int day = 30; day < 50; day++) {
      QualityWindow once = suite.window();
      QualityWindow twice = suite.window();
      try (FeatureBatch batch = sales(day)) {
        once.add(batch, NOON);
        twice.add(batch, NOON);
        twice.add(batch, NOON);
      }
      assertThat(result(once, QualityCheck.DUPLICATES)).isInstanceOf(QualityResult.Passed.class);
      assertThat(result(twice, QualityCheck.DUPLICATES)).isInstanceOf(QualityResult.Failed.class);
    }
  }

  private FeatureBatch sales(int day) {
    int shops = 4_000;
    double[] days = new double[shops];
    double[] shop = new double[shops];
    double[] x = new double[shops];
    for (int row = 0; row < shops; row++) {
      days[row] = day;
      shop[row] = row;
      x[row] = random.nextInt(3);
    }
    return FeatureBatch.builder(allocator)
        .doubles("day", days)
        .doubles("shop", shop)
        .doubles("x", x)
        .build();
  }

  /**
   * Events of a game: most have no place, some are much more frequent than others, and all of those
   * are counted or none.
   */
  @ParameterizedTest
  @CsvSource({"1", "3", "16"})
  void frequentRowsAreNoRepeatedOnes(int sampling) {
    QualityReference.Builder rows = QualityReference.builder(Profile.builder());
    for (int game = 0; game < 100; game++) {
      try (FeatureBatch batch = events(500)) {
        rows.add(batch);
      }
    }
    QualitySuite suite =
        QualitySuite.of(rows.build(), QualityPolicy.withDefaults().withSampling(sampling));
    for (int size : new int[] {2_000, 20_000}) {
      for (int week = 0; week < 20; week++) {
        QualityWindow window = suite.window();
        try (FeatureBatch batch = events(size)) {
          window.add(batch, NOON);
        }
        assertThat(result(window, QualityCheck.DUPLICATES))
            .isInstanceOf(QualityResult.Passed.class);
      }
    }
    for (int size : new int[] {250, 2_500}) {
      QualityWindow twice = suite.window();
      for (int game = 0; game < 4; game++) {
        try (FeatureBatch batch = events(size)) {
          twice.add(batch, NOON);
          twice.add(batch, NOON);
        }
      }
      assertThat(result(twice, QualityCheck.DUPLICATES)).isInstanceOf(QualityResult.Failed.class);
    }
  }

  /**
   * Half of the events have a place of 40 times 40 and a time; of the others there are few kinds.
   */
  private FeatureBatch events(int rows) {
    double[] across = new double[rows];
    double[] along = new double[rows];
    double[] player = new double[rows];
    for (int row = 0; row < rows; row++) {
      boolean placed = random.nextBoolean();
      across[row] = placed ? random.nextInt(40) : Double.NaN;
      along[row] = placed ? random.nextInt(40) : Double.NaN;
      player[row] = (int) Math.abs(8 * random.nextGaussian());
    }
    return FeatureBatch.builder(allocator)
        .doubles("across", across)
        .doubles("along", along)
        .doubles("player", player)
        .build();
  }

  @Test
  void repeatedRowsAreEstimatedFromSomeHashes() {
    QualityPolicy every = QualityPolicy.withDefaults();
    double[] x = random.doubles(60_000).toArray();
    System.arraycopy(x, 0, x, 40_000, 12_000); // a fifth of the rows
    for (int sampling : new int[] {1, 4}) {
      QualityWindow window = checked(QualitySuite.of(reference(), every.withSampling(sampling)), x);
      assertThat(measured(window, QualityCheck.DUPLICATES)).isCloseTo(0.2, within(0.03));
      assertThat(result(window, QualityCheck.DUPLICATES)).isInstanceOf(QualityResult.Failed.class);
      assertThat(window.report().checkedRows()).isEqualTo(60_000 / sampling);
    }
  }

  @Test
  void timesThatAreOldOrOutOfOrderAreCounted() {
    QualityPolicy policy =
        QualityPolicy.withDefaults()
            .withColumn(
                "t",
                ColumnRules.withDefaults()
                    .withMaximumAge(Duration.ofHours(1))
                    .withOrder(Duration.ofMinutes(10)));
    QualityWindow window = QualitySuite.of(reference(), policy).window();
    long noon = NOON.toEpochMilli();
    long minute = 60_000;
    try (FeatureBatch x = numbers(1, 2, 3, 4, 5);
        TimeStampMilliVector t = new TimeStampMilliVector("t", allocator)) {
      Columns.fill(
          t,
          noon - 50 * minute,
          noon - 30 * minute,
          noon - 35 * minute, // within the tolerance
          noon - 70 * minute, // late and old
          null);
      try (FeatureBatch rows = Columns.with(x, t)) {
        window.add(rows, NOON);
      }
    }
    assertThat(measured(window, QualityCheck.FRESHNESS)).isEqualTo(0.25);
    assertThat(measured(window, QualityCheck.ORDER)).isEqualTo(0.25);
    assertThat(window.report().toString()).contains("2001-02-01T11:30:00Z");
  }

  @Test
  void oneTimeInTheFutureDoesNotMakeAllLaterRowsLate() {
    ColumnRules rules = ColumnRules.withDefaults().withOrder(Duration.ofMinutes(10));
    QualityWindow first =
        QualitySuite.of(reference(), QualityPolicy.withDefaults().withColumn("t", rules)).window();
    addTimes(first, NOON, NOON.minusSeconds(60), NOON.plus(Duration.ofDays(20 * 365)));
    QualityWindow second = first.next();
    addTimes(second, NOON.plusSeconds(300), NOON.plusSeconds(200), NOON.minusSeconds(700));
    assertThat(measured(second, QualityCheck.ORDER)).isEqualTo(0.5);
  }

  /** Databases use such times for "never" and "unknown"; they do not fit nanoseconds since 1970. */
  @ParameterizedTest
  @CsvSource({
    "9999-12-31T00:00:00Z, 0, 0",
    "2300-01-01T00:00:00Z, 0, 0",
    "0001-01-01T00:00:00Z, 0.25, 0.25",
    "1400-01-01T00:00:00Z, 0.25, 0.25"
  })
  void timesCenturiesAwayAreOldOnlyIfTheyLieInThePast(Instant sentinel, double old, double late) {
    ColumnRules rules =
        ColumnRules.withDefaults()
            .withMaximumAge(Duration.ofHours(2))
            .withOrder(Duration.ofMinutes(10));
    QualityWindow window =
        QualitySuite.of(reference(), QualityPolicy.withDefaults().withColumn("t", rules)).window();
    addTimes(window, NOON, NOON.minusSeconds(60), sentinel, NOON.minusSeconds(50), NOON);
    assertThat(measured(window, QualityCheck.FRESHNESS)).isEqualTo(old);
    assertThat(measured(window, QualityCheck.ORDER)).isEqualTo(late);
  }

  private void addTimes(QualityWindow window, Instant now, Instant... all) {
    try (FeatureBatch x = numbers(new double[all.length]);
        TimeStampMilliVector t = new TimeStampMilliVector("t", allocator)) {
      Columns.fill(t, Arrays.stream(all).map(Instant::toEpochMilli).toArray(Long[]::new));
      try (FeatureBatch rows = Columns.with(x, t)) {
        window.add(rows, now);
      }
    }
  }

  /** Such a time is a mistake of the clock. */
  @ParameterizedTest
  @CsvSource({"-1000000000-01-01T00:00:00Z, 0", "+1000000000-12-31T23:59:59Z, 1"})
  void timesAreCheckedByAClockFarOffToo(String now, double old) {
    assertThat(ofAge(Duration.ofHours(1), Instant.parse(now))).isEqualTo(old);
  }

  @Test
  void anAgeMayBeForEver() {
    assertThat(ofAge(ChronoUnit.FOREVER.getDuration(), NOON)).isZero();
  }

  /** The share of one row at noon that is older than this. */
  private double ofAge(Duration age, Instant now) {
    ColumnRules rules = ColumnRules.withDefaults().withMaximumAge(age);
    QualityWindow window =
        QualitySuite.of(reference(), QualityPolicy.withDefaults().withColumn("t", rules)).window();
    try (FeatureBatch x = numbers(1);
        TimeStampMilliVector t = new TimeStampMilliVector("t", allocator)) {
      Columns.fill(t, NOON.toEpochMilli());
      try (FeatureBatch rows = Columns.with(x, t)) {
        window.add(rows, now);
      }
    }
    return measured(window, QualityCheck.FRESHNESS);
  }

  @Test
  void anotherKindOfValuesAndAMissingColumnAreOfTheWrongType() {
    QualitySuite suite = QualitySuite.of(reference());
    QualityWindow window = checked(suite, 1, 2, 3);
    try (FeatureBatch texts = FeatureBatch.builder(allocator).strings("x", "1", "2").build();
        FeatureBatch other = FeatureBatch.builder(allocator).doubles("y", 1, 2, 3).build()) {
      window.add(texts, NOON);
      window.add(other, NOON);
    }
    assertThat(result(window, QualityCheck.TYPE))
        .isInstanceOfSatisfying(
            QualityResult.Failed.class, failed -> assertThat(failed.measured()).isEqualTo(5.0 / 8));
    QualitySuite typed =
        suite.withSchema(FeatureSchema.of(Feature.of("x"), Feature.of("name", ElementType.STRING)));
    QualityWindow named = typed.window();
    try (FeatureBatch rows =
        FeatureBatch.builder(allocator).doubles("x", 1, 2).doubles("name", 3, 4).build()) {
      named.add(rows, NOON);
    }
    assertThat(named.report().failures())
        .extracting(QualityResult.Failed::check, QualityResult.Failed::column)
        .containsExactly(org.assertj.core.api.Assertions.tuple(QualityCheck.TYPE, "name"));
  }

  @Test
  void anEmptyWindowFailsNothingAndSaysWhatItDidNotCheck() {
    QualityReport report = QualitySuite.of(reference()).window().report();
    assertThat(report.passed()).isTrue();
    assertThat(report.notChecked())
        .extracting(QualityResult.NotChecked::check)
        .contains(QualityCheck.RESOLUTION, QualityCheck.DUPLICATES);
    assertThat(
            QualitySuite.of(QualityReference.of(Profile.of(List.of()))).check(List.of()).passed())
        .isTrue();
  }

  @Test
  void bytesGiveTheSameWindowAndTheSameReference() {
    QualityReference reference = reference();
    QualitySuite suite = QualitySuite.of(reference);
    QualityWindow window = checked(suite, random.doubles(3_000).toArray());
    byte[] bytes = window.toBytes();
    assertThat(suite.window(bytes).toBytes()).isEqualTo(bytes);
    assertThat(suite.window(bytes).report()).isEqualTo(window.report());
    QualityReference again = QualityReference.fromBytes(reference.toBytes());
    assertThat(again.toBytes()).isEqualTo(reference.toBytes());
    assertThat(again.hasRows()).isTrue();
    assertThat(QualitySuite.of(again).window(bytes).report()).isEqualTo(window.report());
    QualitySuite other =
        QualitySuite.of(
            reference, QualityPolicy.withDefaults().withColumn("y", ColumnRules.withDefaults()));
    assertThatExceptionOfType(DataException.class)
        .isThrownBy(() -> other.window(bytes))
        .withMessageContaining("expected those of the suite");
    assertThatIllegalArgumentException().isThrownBy(() -> window.merge(window));
  }

  @Test
  void damagedBytesAreRejected() {
    QualityReference reference = reference();
    QualitySuite suite = QualitySuite.of(reference);
    byte[] window = checked(suite, 1, 2, 3).toBytes();
    byte[] stored = reference.toBytes();
    for (int i = 0; i < 200; i++) {
      byte[] cut = Arrays.copyOf(window, random.nextInt(window.length));
      assertThatExceptionOfType(DataException.class).isThrownBy(() -> suite.window(cut));
      byte[] flipped = stored.clone();
      flipped[random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(8));
      assertThatExceptionOfType(DataException.class)
          .isThrownBy(() -> QualityReference.fromBytes(flipped));
    }
  }
}
