package io.mlops4j.monitor.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.monitor.golden.GoldenFile;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.StreamSupport;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against what NumPy and exact fractions give; see make_expected.py. */
class ExpectedTest {
  private static final JsonNode EXPECTED = GoldenFile.read(ExpectedTest.class, "expected.json");

  private final BufferAllocator allocator = new RootAllocator();

  @AfterEach
  void everythingIsGivenBack() {
    allocator.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"01", "02", "05"})
  void flightsAreCountedInTheBinsOfJanuary(String month) {
    try (FeatureBatch january = Flights.of("01").batch(allocator);
        FeatureBatch rows = Flights.of(month).batch(allocator)) {
      Profile reference = Profile.of(List.of(january));
      Profile profile = month.equals("01") ? reference : reference.profile(List.of(rows));
      JsonNode expected = EXPECTED.get("flights").get(month);
      assertThat(profile.rows()).isEqualTo(expected.get("rows").asLong());
      for (String column : List.of("distance", "hour", "weekday")) {
        checkNumbers((NumberProfile) profile.column(column), expected.get(column));
      }
      for (String column : List.of("origin", "destination")) {
        checkCategories((CategoryProfile) profile.column(column), expected.get(column));
      }
    }
  }

  @TestFactory
  Iterator<DynamicTest> madeValues() {
    List<DynamicTest> tests = new ArrayList<>();
    EXPECTED
        .get("made")
        .forEachEntry((name, made) -> tests.add(DynamicTest.dynamicTest(name, () -> made(made))));
    return tests.iterator();
  }

  private static void made(JsonNode expected) {
    try (BufferAllocator allocator = new RootAllocator();
        FeatureBatch rows =
            FeatureBatch.builder(allocator).doubles("x", doubles(expected.get("values"))).build()) {
      checkNumbers((NumberProfile) Profile.of(List.of(rows)).column("x"), expected);
    }
  }

  private static void checkNumbers(NumberProfile found, JsonNode expected) {
    assertThat(found.edges()).isEqualTo(doubles(expected.get("edges")));
    assertThat(found.counts()).isEqualTo(longs(expected.get("counts")));
    assertThat(found.min()).isEqualTo(expected.get("min").asDouble());
    assertThat(found.max()).isEqualTo(expected.get("max").asDouble());
    assertThat(found.mean()).isEqualTo(expected.get("mean").asDouble());
    JsonNode variance = expected.get("variance");
    assertThat(found.variance())
        .isEqualTo(variance.isNull() ? Double.POSITIVE_INFINITY : variance.asDouble());
    assertThat(found.deviation())
        .isCloseTo(expected.get("deviation").asDouble(), withinPercentage(1e-13));
  }

  private static void checkCategories(CategoryProfile found, JsonNode expected) {
    assertThat(found.names())
        .isEqualTo(
            StreamSupport.stream(expected.get("names").spliterator(), false)
                .map(JsonNode::asText)
                .toList());
    assertThat(found.counts()).isEqualTo(longs(expected.get("counts")));
  }

  private static double[] doubles(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false)
        .mapToDouble(JsonNode::asDouble)
        .toArray();
  }

  private static long[] longs(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).mapToLong(JsonNode::asLong).toArray();
  }
}
