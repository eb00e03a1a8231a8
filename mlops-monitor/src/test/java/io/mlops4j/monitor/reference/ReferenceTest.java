package io.mlops4j.monitor.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.monitor.drift.DriftPolicy;
import io.mlops4j.monitor.drift.DriftReport;
import io.mlops4j.monitor.drift.FeatureDrift;
import io.mlops4j.monitor.drift.FeaturePolicy;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.monitor.profile.SkippedColumn;
import io.mlops4j.monitor.profile.SlicedProfile;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.DateDayVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.TimeStampSecVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReferenceTest {
  private final BufferAllocator allocator = new RootAllocator();

  @AfterEach
  void nothingIsLent() {
    assertThat(allocator.getAllocatedMemory()).isZero();
    allocator.close();
  }

  private MadeDays days(int rows, double weekend, double between) {
    return new MadeDays(allocator, new Random(33), rows, weekend, between);
  }

  @Test
  void weekdaysThatDifferAreComparedWithTheirOwnKind() {
    Reference reference = days(1_000, 1, 0).reference(28);
    assertThat(reference.toString())
        .startsWith("28,000 rows of 28 days; compares each day (UTC) with the same weekday");
    assertThat(reference.window()).isEqualTo(Duration.ofDays(1));
    assertThat(reference.windowRows()).isEqualTo(1_000);
    SlicedProfile slices = reference.slices().orElseThrow();
    assertThat(slices.names())
        .containsExactly("Fri", "Mon", "Sat", "Sun", "Thu", "Tue", "Wed", "other");
    assertThat(slices.slice("Sat").rows()).isEqualTo(4_000);
    assertThat(slices.slice(SlicedProfile.OTHER).rows()).isZero();
    assertThat(slices.whole()).isEqualTo(reference.profile());
  }

  @Test
  void daysThatAreAllAlikeAreComparedWithAllDays() {
    Reference reference = days(1_000, 0, 0).reference(28);
    assertThat(reference.toString())
        .startsWith("28,000 rows of 28 days; compares each day (UTC) with all days");
    assertThat(reference.slices()).isEmpty();
  }

  @Test
  void daysOfFewRowsAreComparedByTheWeek() {
    Reference reference = days(100, 1, 0).reference(35);
    assertThat(reference.toString()).contains("compares each week with all weeks");
    assertThat(reference.window()).isEqualTo(Duration.ofDays(7));
    assertThat(reference.windowRows()).isEqualTo(700);
    assertThat(reference.boundFactors()).doesNotContainKey("noise");
  }

  @Test
  void weeksOfWorkingDaysHaveTheRowsOfFiveDays() {
    MadeDays made = days(100, 0, 0);
    try (Reference.Builder builder = Reference.builder(MadeDays.TIME).keys("id")) {
      for (int day = 0; day < 56; day++) {
        if (day % 7 < 5) {
          try (FeatureBatch batch = made.day(MadeDays.MONDAY.plusDays(day), 0)) {
            builder.add(batch);
          }
        }
      }
      Reference reference = builder.build();
      assertThat(reference.window()).isEqualTo(Duration.ofDays(7));
      assertThat(reference.windowRows()).isEqualTo(500);
      assertThat(Reference.fromBytes(reference.toBytes()).windowRows()).isEqualTo(500);
    }
  }

  @Test
  void weeksOfTooFewRowsForAVerdictSaySo() {
    assertThat(days(7, 0, 0).reference(35).toString())
        .contains(
            "with all weeks; a window has about 49 rows, too few for a verdict, so choose one of at"
                + " least 50; bounds raised: noise x 2, x x 2");
  }

  @Test
  void onlyTheBoundOfAColumnWhoseHealthyDaysDifferIsRaised() {
    Reference reference = days(1_000, 0, 0.2).reference(28);
    assertThat(reference.boundFactors().get("x")).isBetween(2.0, 5.0);
    assertThat(reference.boundFactors()).doesNotContainKey("noise");
    assertThat(reference.toString())
        .contains("; bounds raised, because healthy periods differ: x x ");
    DriftPolicy policy = reference.policy(DriftPolicy.withDefaults());
    assertThat(policy.feature("x").boundFactor()).isEqualTo(reference.boundFactors().get("x"));
    assertThat(policy.feature("noise").boundFactor()).isEqualTo(1);
  }

  @Test
  void textsThatEachHealthyWeekBringsAnewAreNoDrift() {
    try (Reference.Builder builder = Reference.builder(MadeDays.TIME)) {
      for (int day = 0; day < 35; day++) {
        try (FeatureBatch batch = games(day)) {
          builder.add(batch);
        }
      }
      Reference reference = builder.build();
      assertThat(reference.window()).isEqualTo(Duration.ofDays(7));
      List<FeatureBatch> week = IntStream.range(35, 42).mapToObj(this::games).toList();
      Profile games = reference.profile().profile(week);
      week.forEach(FeatureBatch::close);
      FeatureDrift opponent =
          DriftReport.compare(
                  reference.profile(), games, reference.policy(DriftPolicy.withDefaults()))
              .feature("opponent");
      assertThat(opponent.judged()).isTrue();
      assertThat(opponent.drifted()).as("%s", opponent).isFalse();
    }
  }

  /** A hundred rows of a day against an opponent of its own. */
  private FeatureBatch games(int day) {
    TimeStampSecVector at = new TimeStampSecVector(MadeDays.TIME, allocator);
    VarCharVector opponent = new VarCharVector("opponent", allocator);
    at.allocateNew(100);
    opponent.allocateNew(100);
    for (int row = 0; row < 100; row++) {
      at.set(row, MadeDays.instant(MadeDays.MONDAY.plusDays(day)).getEpochSecond() + row);
      opponent.setSafe(row, ("team " + day).getBytes(StandardCharsets.UTF_8));
    }
    at.setValueCount(100);
    opponent.setValueCount(100);
    try (VectorSchemaRoot root = VectorSchemaRoot.of(at, opponent)) {
      root.setRowCount(100);
      return FeatureBatch.owning(root);
    }
  }

  @Test
  void aBoundOfTheCallerStays() {
    Reference reference = days(1_000, 0, 0.2).reference(28);
    DriftPolicy own =
        DriftPolicy.withDefaults().withFeature("x", FeaturePolicy.withDefaults().withBound(0.3));
    assertThat(reference.policy(own).feature("x").boundFactor()).isEqualTo(1);
  }

  @Test
  void aReferenceThatIsTooShortSaysSoAndHasWiderBounds() {
    Reference five = days(1_000, 1, 0).reference(5);
    assertThat(five.toString())
        .contains(
            "5 days are too few to know how weekdays differ, so bounds are wider until a monitor"
                + " has seen 14 healthy windows: give at least 14 days");
    assertThat(five.boundFactors().values()).hasSize(2).allMatch(factor -> factor >= 2);
    Reference week = days(1_000, 1, 0).reference(7);
    assertThat(week.boundFactors().get("x")).as("weekends of a mean of 1").isGreaterThan(10);
    Reference one = days(1_000, 1, 0).reference(1);
    assertThat(one.toString())
        .startsWith("1,000 rows of 1 day; compares each day (UTC) with all days; 1 day is too few")
        .endsWith("; bounds raised: noise x 4, x x 4");
    assertThat(one.boundFactors()).containsEntry("x", 4.0).containsEntry("noise", 4.0);
  }

  @Test
  void aDayThatWasNotSeenAsAWholeIsNotAHealthyPeriod() {
    MadeDays made = days(1_000, 0, 0);
    try (Reference.Builder builder = Reference.builder(MadeDays.TIME).keys("id")) {
      for (int day = 0; day < 28; day++) {
        try (FeatureBatch batch = made.day(MadeDays.MONDAY.plusDays(day), day == 27 ? 3 : 0);
            FeatureBatch seen = batch.slice(0, day == 27 ? 100 : 1_000)) {
          builder.add(seen);
        }
      }
      assertThat(builder.build().boundFactors()).doesNotContainKey("x");
    }
  }

  @Test
  void neitherTheOrderOfDaysNorTheMemoryForThemChangesWhatIsLearned() {
    MadeDays made = days(600, 1, 0.05);
    List<FeatureBatch> batches = new ArrayList<>();
    for (int day = 0; day < 21; day++) {
      batches.add(made.day(MadeDays.MONDAY.plusDays(day), 0));
    }
    try (Reference.Builder inOrder = Reference.builder(MadeDays.TIME).keys("id");
        Reference.Builder mixed = Reference.builder(MadeDays.TIME).keys("id");
        Reference.Builder small = new Reference.Builder(MadeDays.TIME, 1_000).keys("id")) {
      for (int i = 0; i < batches.size(); i++) {
        inOrder.add(batches.get(i));
        mixed.add(batches.get(i * 8 % 21));
        small.add(batches.get(i));
      }
      Reference expected = inOrder.build();
      assertThat(mixed.build().slices()).isEqualTo(expected.slices());
      assertThat(mixed.build().boundFactors()).isEqualTo(expected.boundFactors());
      assertThat(small.build().slices().orElseThrow().slice("Sat").rows()).isEqualTo(1_800);
      assertThat(small.build().boundFactors().keySet()).isEqualTo(expected.boundFactors().keySet());
    } finally {
      batches.forEach(FeatureBatch::close);
    }
  }

  @Test
  void bytesHoldAllOfIt() {
    Reference reference = days(1_000, 1, 0.2).reference(21);
    Reference read = Reference.fromBytes(reference.toBytes());
    assertThat(read.toBytes()).isEqualTo(reference.toBytes());
    assertThat(read).hasToString(reference.toString());
    assertThat(read.slices()).isEqualTo(reference.slices());
    assertThat(read.boundFactors()).isEqualTo(reference.boundFactors()).isNotEmpty();
    assertThat(read.digest()).isEqualTo(reference.digest());
    byte[] damaged = reference.toBytes();
    damaged[damaged.length / 2] ^= 1;
    assertThatThrownBy(() -> Reference.fromBytes(damaged))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("reference of a monitor");
  }

  @Test
  void rowsWithoutATimeBelongToNoDay() {
    MadeDays made = days(1_000, 1, 0);
    try (Reference.Builder builder = Reference.builder(MadeDays.TIME).keys("id")) {
      for (int day = 0; day < 14; day++) {
        try (FeatureBatch batch = made.day(MadeDays.MONDAY.plusDays(day), 0)) {
          ((TimeStampSecVector) batch.column(MadeDays.TIME)).setNull(day);
          builder.add(batch);
        }
      }
      SlicedProfile slices = builder.build().slices().orElseThrow();
      assertThat(slices.slice(SlicedProfile.OTHER).rows()).isEqualTo(14);
      assertThat(slices.whole().rows()).isEqualTo(14_000);
    }
  }

  @Test
  void answersAreOutputsOfTheReference() {
    MadeDays made = days(1_000, 1, 0);
    try (Reference.Builder builder = Reference.builder(MadeDays.TIME).columns("x")) {
      for (int day = 0; day < 14; day++) {
        try (FeatureBatch batch = made.day(MadeDays.MONDAY.plusDays(day), 0);
            FeatureBatch answers =
                FeatureBatch.builder(allocator).floats("y", new float[1_000]).build()) {
          builder.add(batch, answers);
        }
      }
      Profile profile = builder.build().profile();
      assertThat(profile.columns()).containsExactly("x", "y");
    }
  }

  @Test
  void rowsThatCannotTeachAreRefused() {
    assertThatThrownBy(() -> Reference.of(List.of(), MadeDays.TIME))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("found no rows, expected healthy rows");
    try (FeatureBatch batch = days(10, 0, 0).day(MadeDays.MONDAY, 0)) {
      assertThatThrownBy(() -> Reference.of(List.of(batch), "att"))
          .isInstanceOf(DataException.class)
          .hasMessage(
              "reference: found no column att among at, x, noise, id, expected one column of"
                  + " timestamps or dates; name at with Reference.builder(time)");
      assertThatThrownBy(() -> Reference.of(List.of(batch), "x"))
          .isInstanceOf(DataException.class)
          .hasMessage(
              "reference: found numbers in column x, expected one column of timestamps or dates;"
                  + " name at with Reference.builder(time)");
      TimeStampSecVector at = (TimeStampSecVector) batch.column(MadeDays.TIME);
      for (int row = 0; row < 10; row++) {
        at.setNull(row);
      }
      assertThatThrownBy(() -> Reference.of(List.of(batch), MadeDays.TIME))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("found no time in column at");
    }
  }

  @Test
  void theOnlyColumnOfTimesIsTheTime() {
    MadeDays made = days(600, 0, 0);
    List<FeatureBatch> batches = new ArrayList<>();
    for (int day = 0; day < 14; day++) {
      batches.add(made.day(MadeDays.MONDAY.plusDays(day), 0));
    }
    try (Reference.Builder named = Reference.builder(MadeDays.TIME).keys("id");
        Reference.Builder found = Reference.builder().keys("id")) {
      batches.forEach(named::add);
      batches.forEach(found::add);
      assertThat(found.build().toBytes()).isEqualTo(named.build().toBytes());
      Reference all = Reference.of(batches);
      assertThat(all.time()).isEqualTo(MadeDays.TIME);
      assertThat(all.profile().columns()).containsExactly("id", "noise", "x");
    } finally {
      batches.forEach(FeatureBatch::close);
    }
  }

  private FeatureBatch times(String... names) {
    FieldVector[] columns = new FieldVector[names.length + 1];
    columns[0] = new IntVector("n", allocator);
    for (int i = 0; i < names.length; i++) {
      columns[i + 1] = new DateDayVector(names[i], allocator);
    }
    for (FieldVector column : columns) {
      column.allocateNew();
      if (column instanceof DateDayVector date) {
        date.setSafe(0, 20_000);
      }
      column.setValueCount(1);
    }
    try (VectorSchemaRoot root = VectorSchemaRoot.of(columns)) {
      return FeatureBatch.owning(root);
    }
  }

  @Test
  void aTimeThatIsNotTheOnlyOneIsNamed() {
    try (FeatureBatch several = times("seen", "on", "at");
        FeatureBatch none = times()) {
      assertThatThrownBy(() -> Reference.of(List.of(several)))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("found seen, on, at, which are all timestamps or dates")
          .hasMessageContaining("name seen or on or at with Reference.builder(time)");
      assertThatThrownBy(() -> Reference.of(List.of(none)))
          .isInstanceOf(DataException.class)
          .hasMessage(
              "reference: found no timestamps or dates among n, expected one column of timestamps"
                  + " or dates; write the time of each row as a timestamp, such as"
                  + " 2024-01-31 12:30:00");
      try (Reference.Builder builder = Reference.builder().except("seen").keys("at")) {
        assertThat(builder.add(several).build().time()).isEqualTo("on");
      }
    }
  }

  @Test
  void emptyBatchesAreNoRows() {
    try (FeatureBatch none = times();
        FeatureBatch empty = none.slice(0, 0)) {
      assertThatThrownBy(() -> Reference.of(List.of(empty)))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("found no rows");
    }
  }

  @Test
  void aKeyMayBeTheTimeOrIgnored() {
    MadeDays made = days(600, 0, 0);
    try (FeatureBatch batch = made.day(MadeDays.MONDAY, 0);
        Reference.Builder builder =
            Reference.builder(MadeDays.TIME).except("id").keys("id", MadeDays.TIME)) {
      assertThat(builder.add(batch).build().profile().columns()).containsExactly("noise", "x");
    }
  }

  @Test
  void aColumnThatIsNeverComparedHasNoBound() {
    try (Reference.Builder builder = Reference.builder(MadeDays.TIME)) {
      for (int day = 0; day < 14; day++) {
        String[] names = new String[600];
        for (int row = 0; row < names.length; row++) {
          names[row] = "id-" + day + "-" + row;
        }
        try (FeatureBatch batch = days(600, 0, 0).day(MadeDays.MONDAY.plusDays(day), 0);
            FeatureBatch answers = FeatureBatch.builder(allocator).strings("name", names).build()) {
          builder.add(batch, answers);
        }
      }
      Reference reference = builder.build();
      assertThat(reference.profile().column("name")).isInstanceOf(SkippedColumn.class);
      assertThat(reference.boundFactors()).doesNotContainKey("name");
    }
  }

  @Test
  void rowsWithoutAColumnToCompareAreRefused() {
    try (FeatureBatch batch = days(600, 0, 0).day(MadeDays.MONDAY, 0);
        Reference.Builder builder =
            Reference.builder(MadeDays.TIME).except("x", "noise").keys("id")) {
      builder.add(batch);
      assertThatThrownBy(builder::build)
          .isInstanceOf(DataException.class)
          .hasMessageContaining("found no column to compare beside the time, keys and ignored");
    }
  }

  @Test
  void columnsAreChosenBeforeRows() {
    try (FeatureBatch batch = days(10, 0, 0).day(MadeDays.MONDAY, 0);
        Reference.Builder builder = Reference.builder(MadeDays.TIME)) {
      builder.add(batch);
      assertThatThrownBy(() -> builder.keys("id"))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("rows were added: choose the columns before");
      assertThatThrownBy(() -> builder.columns("x")).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> builder.except("x")).isInstanceOf(IllegalStateException.class);
    }
  }

  /** Rows of one batch, {@code perDay} a day from Monday, 1 June 2026. */
  private FeatureBatch oneBatch(int days, int perDay) {
    Random random = new Random(34);
    TimeStampSecVector at = new TimeStampSecVector(MadeDays.TIME, allocator);
    Float8Vector x = new Float8Vector("x", allocator);
    at.allocateNew(days * perDay);
    x.allocateNew(days * perDay);
    for (int row = 0; row < days * perDay; row++) {
      at.set(row, MadeDays.instant(MadeDays.MONDAY.plusDays(row / perDay)).getEpochSecond());
      x.set(row, random.nextGaussian());
    }
    at.setValueCount(days * perDay);
    x.setValueCount(days * perDay);
    try (VectorSchemaRoot root = VectorSchemaRoot.of(at, x)) {
      return FeatureBatch.owning(root);
    }
  }

  @Test
  void oneBatchMayHaveManyDays() {
    try (FeatureBatch batch = oneBatch(1_001, 24)) {
      Reference reference = Reference.of(List.of(batch));
      assertThat(reference.toString()).startsWith("24,024 rows of 1,001 days;");
      assertThat(reference.windowRows()).isEqualTo(168);
    }
  }

  @Test
  void onlyTheNewestDaysAreKept() {
    MadeDays made = days(10, 0, 0);
    Profile bins;
    try (FeatureBatch batch = made.day(MadeDays.MONDAY, 0)) {
      bins = Profile.builder().columns("x").add(batch).build();
    }
    DayCounter kept = new DayCounter(bins, MadeDays.TIME, 7);
    for (int half = 0; half < 2; half++) {
      for (int i = 0; i < 28; i++) {
        int day = i * 9 % 28;
        try (FeatureBatch batch = made.day(MadeDays.MONDAY.plusDays(day), 0);
            FeatureBatch part = batch.slice(half * 5, 5)) {
          kept.add(part, null);
        }
      }
    }
    assertThat(kept.count()).isEqualTo(28);
    assertThat(kept.newest().keySet())
        .containsExactlyElementsOf(
            IntStream.range(21, 28).mapToObj(MadeDays.MONDAY::plusDays).toList());
    assertThat(kept.newest().values()).allMatch(rows -> rows.rows() == 10);
    assertThat(kept.weekdays()).hasSize(8);
    assertThat(kept.weekdays().get("Wed").rows()).isEqualTo(40);
    assertThat(kept.weekdays().get(SlicedProfile.OTHER).rows()).isZero();
  }

  @Test
  void aClosedBuilderTakesNoRows() {
    try (FeatureBatch batch = days(10, 0, 0).day(MadeDays.MONDAY, 0)) {
      Reference.Builder builder = Reference.builder(MadeDays.TIME).keys("id").add(batch);
      builder.close();
      assertThatThrownBy(() -> builder.add(batch))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("the builder is closed");
      assertThatThrownBy(builder::build).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void aKeyThatTheRowsLackIsRefused() {
    try (FeatureBatch batch = days(10, 0, 0).day(MadeDays.MONDAY, 0);
        Reference.Builder builder = Reference.builder(MadeDays.TIME).keys("ids")) {
      assertThatThrownBy(() -> builder.add(batch))
          .isInstanceOf(DataException.class)
          .hasMessage(
              "reference: found no key ids among at, x, noise, id, expected a column of that name;"
                  + " correct keys(...)");
    }
  }

  @Test
  void answersOfOtherRowsAreRefusedEvenWhenTheBinsAreKnown() {
    try (FeatureBatch twoDays = oneBatch(2, 10);
        FeatureBatch answers = FeatureBatch.builder(allocator).floats("y", new float[20]).build();
        FeatureBatch fewer = answers.slice(0, 4);
        Reference.Builder builder = Reference.builder()) {
      builder.add(twoDays, answers).build();
      assertThatThrownBy(() -> builder.add(twoDays, fewer))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("answers: found 4 rows, expected 20 as in the features");
    }
  }

  @Test
  void anEmptyBatchWithOtherColumnsIsRefusedEvenWhenTheBinsAreKnown() {
    try (FeatureBatch batch = oneBatch(2, 10);
        TimeStampSecVector none = new TimeStampSecVector(MadeDays.TIME, allocator);
        Reference.Builder builder = Reference.builder()) {
      builder.add(batch).build();
      FeatureBatch empty = FeatureBatch.of(VectorSchemaRoot.of(none));
      assertThatThrownBy(() -> builder.add(empty))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("the batch lacks features [x]");
    }
  }
}
