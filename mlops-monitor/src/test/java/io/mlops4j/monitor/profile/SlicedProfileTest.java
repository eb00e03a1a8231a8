package io.mlops4j.monitor.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureBatch;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OutOfMemoryException;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.BaseIntVector;
import org.apache.arrow.vector.DateDayVector;
import org.apache.arrow.vector.DateMilliVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float2Vector;
import org.apache.arrow.vector.TimeStampSecVector;
import org.apache.arrow.vector.UInt1Vector;
import org.apache.arrow.vector.UInt2Vector;
import org.apache.arrow.vector.UInt4Vector;
import org.apache.arrow.vector.UInt8Vector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryProvider.MapDictionaryProvider;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SlicedProfileTest {
  private final BufferAllocator allocator = new RootAllocator();

  @AfterEach
  void everythingIsGivenBack() {
    allocator.close();
  }

  private FeatureBatch rows(String... slices) {
    double[] numbers = IntStream.range(0, slices.length).asDoubleStream().toArray();
    boolean[] even = new boolean[slices.length];
    for (int i = 0; i < even.length; i++) {
      even[i] = i % 2 == 0;
    }
    return FeatureBatch.builder(allocator)
        .strings("s", slices)
        .doubles("x", numbers)
        .booleans("even", even)
        .build();
  }

  private static double mean(Profile profile) {
    return ((NumberProfile) profile.column("x")).mean();
  }

  @Test
  void everySliceHasItsRowsAndTogetherTheyAreAll() {
    try (FeatureBatch batch = rows("a", "b", "a", null, "b", "a")) {
      Profile reference = Profile.of(List.of(batch));
      SlicedProfile sliced = SlicedProfile.of(reference, Slices.by("s"), List.of(batch));
      assertThat(sliced.names()).containsExactly("a", "b", "null", "other");
      assertThat(mean(sliced.slice("a"))).isEqualTo((0 + 2 + 5) / 3.0);
      assertThat(mean(sliced.slice("b"))).isEqualTo(2.5);
      assertThat(sliced.slice("null").rows()).isEqualTo(1);
      assertThat(sliced.slice("other").rows()).isZero();
      assertThat(sliced.whole().toBytes()).isEqualTo(reference.toBytes());
      assertThat(sliced.profile(List.of(batch))).isEqualTo(sliced);
      assertThat(sliced.merge(sliced).slice("a").rows()).isEqualTo(6);
      assertThatThrownBy(() -> sliced.slice("c"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("name: found no slice \"c\", expected one of [a, b, null, other]");
    }
  }

  @Test
  void rareAndUnknownSlicesAreTheOther() {
    try (FeatureBatch batch = rows("c", "a", "b", "b", "a", "d");
        FeatureBatch live = rows("a", "new", "c")) {
      Profile reference = Profile.of(List.of(batch));
      SlicedProfile sliced = SlicedProfile.of(reference, Slices.by("s").atMost(2), List.of(batch));
      assertThat(sliced.names()).containsExactly("a", "b", "other");
      assertThat(sliced.slice("other").rows()).isEqualTo(2);
      SlicedProfile counted = sliced.profile(List.of(live));
      assertThat(counted.names()).isEqualTo(sliced.names());
      assertThat(counted.slice("other").rows()).isEqualTo(2);
      assertThat(counted.slice("b").rows()).isZero();
      assertThatThrownBy(
              () -> sliced.merge(SlicedProfile.of(reference, Slices.by("s"), List.of(batch))))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("found slices [a, b, c, d, other], expected [a, b, other]");
    }
  }

  @Test
  void theirNumberIsBoundedAlsoWhileTheyAreChosen() {
    String[] many = IntStream.range(0, 500).mapToObj(i -> "s" + i).toArray(String[]::new);
    try (FeatureBatch batch = rows(many)) {
      SlicedProfile sliced =
          SlicedProfile.of(Profile.of(List.of(batch)), Slices.by("s").atMost(3), List.of(batch));
      assertThat(sliced.names()).hasSize(4);
      assertThat(sliced.slice("other").rows()).isEqualTo(497);
    }
    assertThatThrownBy(() -> Slices.by("s").atMost(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("slices: found 0, expected 1 or more");
  }

  @Test
  void severalColumnsMakeCombinations() {
    try (FeatureBatch batch = rows("a", "a", "b")) {
      assertThat(
              SlicedProfile.of(Profile.of(List.of(batch)), Slices.by("s", "even"), List.of(batch))
                  .names())
          .containsExactly("a, false", "a, true", "b, true", "other");
    }
  }

  @Test
  void likeIsComparedWithLikeByTheCalendarOfAZone() {
    try (TimeStampSecVector times = new TimeStampSecVector("t", allocator)) {
      // 2001-01-01 was a Monday.
      Columns.fill(times, 978_332_400L, 978_332_400L + 7 * 86_400, 978_332_400L + 3600, null);
      FeatureBatch batch = FeatureBatch.of(VectorSchemaRoot.of(times));
      Profile reference = Profile.of(List.of(batch));
      SlicedProfile utc =
          SlicedProfile.of(reference, Slices.byHourOfWeek("t", ZoneOffset.UTC), List.of(batch));
      assertThat(utc.names()).containsExactly("Mon 07", "Mon 08", "null", "other");
      assertThat(utc.slice("Mon 07").rows()).isEqualTo(2);
      assertThat(
              SlicedProfile.of(
                      reference,
                      Slices.byHourOfWeek("t", ZoneId.of("America/New_York")),
                      List.of(batch))
                  .names())
          .containsExactly("Mon 02", "Mon 03", "null", "other");
      assertThat(
              SlicedProfile.of(
                      reference,
                      Slices.byTime("t", ZoneOffset.UTC, time -> time.getMonth().name()),
                      List.of(batch))
                  .names())
          .containsExactly("JANUARY", "null", "other");
      assertThat(SlicedProfile.of(reference, Slices.byDay("t"), List.of(batch)).names())
          .containsExactly("2001-01-01", "2001-01-08", "null", "other");
    }
  }

  /** 1 January and 2 July 2001 were Mondays, the latter one in summer time. */
  @Test
  void aDateIsThatDayInEveryZone() {
    try (DateDayVector days = new DateDayVector("t", allocator);
        DateMilliVector millis = new DateMilliVector("t", allocator)) {
      days.allocateNew(2);
      days.set(0, 11_323);
      days.set(1, 11_505);
      days.setValueCount(2);
      Columns.fill(millis, 11_323 * 86_400_000L, 11_505 * 86_400_000L);
      for (FieldVector dates : List.of(days, millis)) {
        FeatureBatch batch = FeatureBatch.of(VectorSchemaRoot.of(dates));
        for (String zone : List.of("UTC", "America/New_York", "Asia/Tokyo")) {
          Slices slices = Slices.byHourOfWeek("t", ZoneId.of(zone));
          assertThat(SlicedProfile.of(Profile.of(List.of(batch)), slices, List.of(batch)).names())
              .as(zone)
              .containsExactly("Mon 00", "other");
        }
        assertThat(
                SlicedProfile.of(Profile.of(List.of(batch)), Slices.byDay("t"), List.of(batch))
                    .names())
            .containsExactly("2001-01-01", "2001-07-02", "other");
      }
    }
  }

  @Test
  void columnsThatMakeNoSlicesAreNamed() {
    try (FeatureBatch batch = rows("a")) {
      Profile reference = Profile.of(List.of(batch));
      assertThatThrownBy(() -> SlicedProfile.of(reference, Slices.by("z"), List.of(batch)))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("the batch lacks z");
      assertThatThrownBy(
              () ->
                  SlicedProfile.of(
                      reference, Slices.byHourOfWeek("x", ZoneOffset.UTC), List.of(batch)))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("expected timestamps or dates");
    }
  }

  private List<String> slices(FieldVector column) {
    FeatureBatch batch = FeatureBatch.of(VectorSchemaRoot.of(column));
    return SlicedProfile.of(Profile.of(List.of(batch)), Slices.by("x"), List.of(batch)).names();
  }

  @Test
  void numbersOfEveryTypeNameTheirSlices() {
    try (UInt1Vector bytes = new UInt1Vector("x", allocator);
        UInt2Vector shorts = new UInt2Vector("x", allocator);
        UInt4Vector ints = new UInt4Vector("x", allocator);
        UInt8Vector longs = new UInt8Vector("x", allocator);
        Float2Vector halves = new Float2Vector("x", allocator);
        FeatureBatch brains = FeatureBatch.builder(allocator).bfloat16s("x", 1.5f, 65).build()) {
      for (BaseFixedWidthVector vector : List.of(bytes, shorts, ints, longs, halves)) {
        vector.allocateNew(2);
      }
      bytes.set(0, 200);
      bytes.set(1, 65);
      shorts.set(0, 60_000);
      shorts.set(1, 65);
      ints.set(0, -5);
      ints.set(1, 65);
      longs.set(0, -5);
      longs.set(1, 65);
      halves.setWithPossibleTruncate(0, 1.5f);
      halves.setWithPossibleTruncate(1, 65);
      for (BaseFixedWidthVector vector : List.of(bytes, shorts, ints, longs, halves)) {
        vector.setValueCount(2);
      }
      assertThat(slices(bytes)).containsExactly("200", "65", "other");
      assertThat(slices(shorts)).containsExactly("60000", "65", "other");
      assertThat(slices(ints)).containsExactly("4294967291", "65", "other");
      assertThat(slices(longs)).containsExactly("18446744073709551611", "65", "other");
      assertThat(slices(halves)).containsExactly("1.5", "65.0", "other");
      assertThat(slices(brains.column("x"))).containsExactly("1.5", "65.0", "other");
    }
  }

  @Test
  void codesOfDictionariesAreUnsignedWhereTheirTypeIs() {
    for (int bits : new int[] {8, 16}) {
      DictionaryEncoding encoding =
          new DictionaryEncoding(1, false, new ArrowType.Int(bits, false));
      Field field =
          new Field("x", new FieldType(true, new ArrowType.Int(bits, false), encoding), null);
      try (FieldVector codes = field.createVector(allocator);
          VarCharVector entries = new VarCharVector("entries", allocator)) {
        for (int i = 0; i < 220; i++) {
          entries.setSafe(i, ("t" + i).getBytes(StandardCharsets.UTF_8));
        }
        entries.setValueCount(220);
        codes.allocateNew();
        ((BaseIntVector) codes).setWithPossibleTruncate(0, 200);
        ((BaseIntVector) codes).setWithPossibleTruncate(1, 3);
        codes.setValueCount(2);
        FeatureBatch batch =
            FeatureBatch.of(
                VectorSchemaRoot.of(codes),
                new MapDictionaryProvider(new Dictionary(entries, encoding)));
        Profile reference = Profile.of(List.of(batch));
        assertThat(SlicedProfile.of(reference, Slices.by("x"), List.of(batch)).names())
            .containsExactly("other", "t200", "t3");
        ((BaseIntVector) codes).setWithPossibleTruncate(1, 250);
        assertThatThrownBy(() -> SlicedProfile.of(reference, Slices.by("x"), List.of(batch)))
            .isInstanceOf(DataException.class)
            .hasMessage("x: found code 250, expected 0 to 219 as in its dictionary");
      }
    }
  }

  @Test
  void anyNumberOfSlicesCanBeAllowed() {
    try (FeatureBatch batch = rows("a", "b")) {
      Profile reference = Profile.of(List.of(batch));
      for (int most : new int[] {1 << 30, Integer.MAX_VALUE}) {
        SlicedProfile sliced =
            SlicedProfile.of(reference, Slices.by("s").atMost(most), List.of(batch));
        assertThat(sliced.names()).containsExactly("a", "b", "other");
        assertThat(sliced).hasToString("profiles of 3 slices");
      }
    }
  }

  @Test
  void aCalendarNamesEveryTime() {
    try (TimeStampSecVector times = new TimeStampSecVector("t", allocator)) {
      Columns.fill(times, 0L);
      FeatureBatch batch = FeatureBatch.of(VectorSchemaRoot.of(times));
      Map<Integer, String> years = Map.of();
      Slices slices = Slices.byTime("t", ZoneOffset.UTC, time -> years.get(time.getYear()));
      assertThatThrownBy(() -> SlicedProfile.of(Profile.of(List.of(batch)), slices, List.of(batch)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "calendar: found null for 1970-01-01T00:00:00Z, expected the name of a slice");
    }
  }

  @Test
  void aTimeBeyondTheCalendarIsRefused() {
    try (TimeStampSecVector times = new TimeStampSecVector("t", allocator)) {
      Columns.fill(times, 0L, Long.MAX_VALUE);
      FeatureBatch batch = FeatureBatch.of(VectorSchemaRoot.of(times));
      for (Slices slices :
          List.of(Slices.byHourOfWeek("t", ZoneId.of("Asia/Tokyo")), Slices.byDay("t"))) {
        assertThatThrownBy(
                () -> SlicedProfile.of(Profile.of(List.of(batch)), slices, List.of(batch)))
            .isInstanceOf(DataException.class)
            .hasMessageContaining("t: found time 9223372036854775807 in row 1");
      }
    }
  }

  @Test
  void slicesHaveTheAnswersOfTheirRows() {
    try (FeatureBatch batch = rows("a", "b", "a", "b");
        FeatureBatch answers =
            FeatureBatch.builder(allocator).doubles("y", 10, 20, 30, 40).build()) {
      Profile bins = Profile.builder().add(batch, answers).build();
      SlicedProfile sliced =
          SlicedProfile.builder(bins, Slices.by("s")).add(batch, answers).build();
      NumberProfile y = (NumberProfile) sliced.slice("b").column("y");
      assertThat(y.role()).isEqualTo(Role.OUTPUT);
      assertThat(y.mean()).isEqualTo(30);
      assertThat(sliced.whole().toBytes()).isEqualTo(bins.toBytes());
    }
  }

  @Test
  void rowsAreSplitIntoTheSlicesOfTheProfile() {
    try (FeatureBatch batch = rows("a", "b", "a");
        FeatureBatch later = rows("b", "c", "b", "d");
        FeatureBatch same = rows("c", "c");
        FeatureBatch answers = FeatureBatch.builder(allocator).ints("y", 1, 2, 3, 4).build();
        FeatureBatch two = FeatureBatch.builder(allocator).ints("y", 5, 6).build()) {
      SlicedProfile sliced =
          SlicedProfile.of(Profile.of(List.of(batch)), Slices.by("s"), List.of(batch));
      List<String> parts = new ArrayList<>();
      SlicedProfile.Part note =
          (slice, rows, its) ->
              parts.add(
                  slice
                      + " "
                      + rows.root().getVector("x").getObject(0)
                      + " "
                      + its.root().getVector("y").getObject(its.rows() - 1));
      sliced.forEachSlice(later, answers, Instant.EPOCH, note);
      sliced.forEachSlice(same, two, Instant.EPOCH, note);
      assertThat(parts).containsExactly("b 0.0 3", "other 1.0 2", "other 3.0 4", "other 0.0 6");
    }
  }

  @Test
  void rowsOfACallWithoutTheTimesAreSlicedByTheTimeOfTheCall() {
    Slices hours = Slices.byHourOfWeek("departure", ZoneId.of("Europe/Berlin"));
    List<String> parts = new ArrayList<>();
    try (FeatureBatch batch = rows("a", "b");
        FeatureBatch answers = FeatureBatch.builder(allocator).ints("y", 1, 2).build()) {
      Profile profile = Profile.of(List.of(batch));
      SlicedProfile sliced = SlicedProfile.of(hours, Map.of("Mon 01", profile));
      Instant monday = Instant.parse("1970-01-05T00:30:00Z"); // 01:30 in Berlin
      sliced.forEachSlice(
          batch, answers, monday, (slice, rows, its) -> parts.add(slice + " " + rows.rows()));
      sliced.forEachSlice(
          batch,
          answers,
          Instant.EPOCH,
          (slice, rows, its) -> parts.add(slice + " " + rows.rows()));
    }
    assertThat(parts).containsExactly("Mon 01 2", "other 2");
  }

  @Test
  void slicesThatWereCountedSeparatelyHaveTheSameBins() {
    try (FeatureBatch batch = rows("a", "b", "a");
        FeatureBatch more = rows("c", "d", "e", "f", "g")) {
      Profile profile = Profile.of(List.of(batch));
      Profile other = profile.profile(List.of(more));
      SlicedProfile sliced =
          SlicedProfile.of(Slices.by("s"), Map.of("first", profile, "second", other));
      assertThat(sliced.names()).containsExactly("first", "other", "second");
      assertThat(sliced.slice("second")).isEqualTo(other);
      assertThat(sliced.whole()).isEqualTo(profile.merge(other));
      Profile foreign = Profile.of(List.of(more));
      assertThatThrownBy(
              () -> SlicedProfile.of(Slices.by("s"), Map.of("first", profile, "second", foreign)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("other bins");
      assertThatThrownBy(() -> SlicedProfile.of(Slices.by("s"), Map.of()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("slices: found none, expected at least one");
    }
  }

  @Test
  void slicesAreReplacedByName() {
    try (FeatureBatch batch = rows("a", "b", "a")) {
      SlicedProfile sliced =
          SlicedProfile.of(Profile.of(List.of(batch)), Slices.by("s"), List.of(batch));
      SlicedProfile changed = sliced.with(Map.of("b", sliced.slice("a")));
      assertThat(changed.slice("b").rows()).isEqualTo(2);
      assertThat(changed.slice("a")).isEqualTo(sliced.slice("a"));
      assertThat(sliced.slice("b").rows()).isEqualTo(1);
      assertThatThrownBy(() -> sliced.with(Map.of("c", sliced.slice("a"))))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("name: found no slice \"c\", expected one of [a, b, other]");
    }
  }

  @Test
  void whatWasPickedIsGivenBackWhereMemoryEnds() {
    try (BufferAllocator small = allocator.newChildAllocator("small", 0, 40_000);
        FeatureBatch batch =
            FeatureBatch.builder(small)
                .booleans("b", Arrays.copyOf(new boolean[] {true}, 3000))
                .doubles("x", new double[3000])
                .build()) {
      long lent = small.getAllocatedMemory();
      Profile reference = Profile.of(List.of(batch));
      assertThatThrownBy(() -> SlicedProfile.of(reference, Slices.by("b"), List.of(batch)))
          .isInstanceOf(OutOfMemoryException.class);
      assertThat(small.getAllocatedMemory()).isEqualTo(lent);
    }
  }
}
