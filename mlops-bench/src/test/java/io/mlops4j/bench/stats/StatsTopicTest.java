package io.mlops4j.bench.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.mlops4j.bench.flights.Flights;
import io.mlops4j.bench.ratios.Comparison;
import io.mlops4j.bench.ratios.Side;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.monitor.profile.CategoryProfile;
import io.mlops4j.monitor.profile.NumberProfile;
import io.mlops4j.monitor.profile.Profile;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.Float4Vector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

class StatsTopicTest {
  private static final double SHOWN = Double.NaN;

  /** What was asked for. */
  private static final Map<String, Double> GOALS =
      Map.of(
          "stats.aa", SHOWN,
          "stats.window.float", 0.15,
          "stats.profile.float32cols", 0.15,
          "stats.reference.float32cols", SHOWN,
          "stats.profile.dictionary", 0.05,
          "stats.ks.reference100k", 0.20,
          "stats.flights.2threads", 0.6);

  private static final List<Comparison> ALL = new StatsTopic().comparisons();

  @Test
  void everyNameIsThereOnceWithItsGoal() {
    assertThat(ALL.stream().collect(Collectors.toMap(Comparison::name, Comparison::goal)))
        .containsExactlyInAnyOrderEntriesOf(GOALS);
  }

  private static float answer(Callable<Side> side) throws Exception {
    try (Side opened = side.call()) {
      return opened.run();
    }
  }

  @Test
  void windowsLeaveNothingToTheCollector() throws Exception {
    com.sun.management.ThreadMXBean threads =
        (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long thread = Thread.currentThread().getId();
    try (WindowCounts windows = new WindowCounts(2048)) {
      windows.run(); // loads the classes
      long before = threads.getThreadAllocatedBytes(thread);
      for (int i = 0; i < 1000; i++) {
        windows.run();
      }
      assertThat(threads.getThreadAllocatedBytes(thread) - before)
          .as("bytes of 1000 windows")
          .isLessThan(1000);
    }
  }

  @Test
  void binarySearchesCountEveryValue() throws Exception {
    try (BinarySearches searches = new BinarySearches(6400)) {
      searches.run();
      assertThat(Arrays.stream(searches.counts()).sum()).isEqualTo(6400);
      assertThat(Arrays.stream(searches.counts()).allMatch(count -> Math.abs(count - 100) < 2))
          .isTrue();
    }
  }

  /** DataSketches 6.2 refuses newer ones. */
  @Test
  @EnabledForJreRange(max = JRE.JAVA_17, disabledReason = "DataSketches 6.2 refuses it")
  void bothProfilesOfFloatsSayTheSame() throws Exception {
    float theirs = answer(() -> FloatColumns.sketches(70_000, 2));
    assertThat(answer(() -> FloatColumns.counting(70_000, 2))).isCloseTo(theirs, within(1e-6f));
    assertThat(answer(() -> FloatColumns.choosing(70_000, 2))).isCloseTo(theirs, within(1e-6f));
    Sketches sketches = new Sketches();
    try (BufferAllocator allocator = new RootAllocator();
        FeatureBatch batch = Values.batches(allocator, 50_000, 1).get(0)) {
      sketches.add((Float4Vector) batch.column("x0"));
      NumberProfile ours = (NumberProfile) Profile.of(List.of(batch)).column("x0");
      assertThat(sketches.deviation()).isCloseTo(ours.deviation(), within(1e-9));
      assertThat(sketches.range()).isEqualTo(ours.max() - ours.min());
      assertThat(sketches.missing()).isEqualTo(ours.missing());
      assertThat(sketches.median()).isCloseTo(ours.quantile(0.5), within(0.05));
      assertThat(sketches.distinct() / ours.distinct().orElseThrow()).isCloseTo(1, within(0.1));
    }
  }

  @Test
  @EnabledForJreRange(max = JRE.JAVA_17, disabledReason = "DataSketches 6.2 refuses it")
  void bothCountTheFirstText() throws Exception {
    assertThat(answer(() -> DictionaryTexts.ours(20_000)))
        .isEqualTo(answer(() -> DictionaryTexts.sketches(20_000)));
  }

  @Test
  void bothFindTheSameDistanceAndNearlyTheSameProbability() throws Exception {
    assertThat(answer(() -> Ks.ours(5000)))
        .isCloseTo(answer(() -> Ks.commons(5000)), within(0.02f));
  }

  @Test
  void twoThreadsFindWhatOneDoes() throws Exception {
    try (FlightRows one = new FlightRows(Flights.sample(), 4, 1);
        FlightRows two = new FlightRows(Flights.sample(), 4, 2)) {
      Profile profile = two.profile();
      assertThat(profile.toBytes()).isEqualTo(one.profile().toBytes());
      assertThat(profile.rows()).isEqualTo(4 * 25_000L);
      assertThat(((CategoryProfile) profile.column("origin")).present()).isEqualTo(profile.rows());
    }
  }
}
