package io.mlops4j.monitor.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureBatch;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.TimeStampSecVector;
import org.apache.arrow.vector.VectorSchemaRoot;
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
}
