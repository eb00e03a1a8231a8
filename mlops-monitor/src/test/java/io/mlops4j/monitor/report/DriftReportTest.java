package io.mlops4j.monitor.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.monitor.drift.DataSetDrift;
import io.mlops4j.monitor.drift.DriftPolicy;
import io.mlops4j.monitor.drift.DriftReport;
import io.mlops4j.monitor.drift.DriftVerdict;
import io.mlops4j.monitor.drift.FeatureDrift;
import io.mlops4j.monitor.golden.GoldenFile;
import io.mlops4j.monitor.profile.Flights;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.monitor.profile.Role;
import io.mlops4j.rollout.Evidence;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DriftReportTest {
  private static final JsonNode EXPECTED = GoldenFile.read(DriftReportTest.class, "expected.json");

  private final BufferAllocator allocator = new RootAllocator();

  @AfterEach
  void everythingIsGivenBack() {
    allocator.close();
  }

  private Profile january() {
    try (FeatureBatch rows = Flights.of("01").batch(allocator)) {
      return Profile.builder().categories("weekday").add(rows).build();
    }
  }

  private DriftReport month(String month, double perMile) {
    Profile january = january();
    try (FeatureBatch rows = Flights.of(month).batch(allocator, perMile)) {
      return DriftReport.compare(january, january.profile(List.of(rows)));
    }
  }

  private static Evidence evidence(DriftReport report, String column, String name) {
    return report.feature(column).evidence().stream()
        .filter(evidence -> evidence.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  @ParameterizedTest
  @ValueSource(strings = {"02", "03", "04", "05", "06"})
  void realFlightsAreStableFromMonthToMonth(String month) {
    DriftReport report = month(month, 1);
    check(report, EXPECTED.get(month));
    assertThat(report.driftedFeatures()).isEmpty();
    assertThat(report.dataSet()).isEqualTo(DataSetDrift.NONE);
    for (FeatureDrift feature : report.features()) {
      assertThat(evidence(report, feature.name(), "psi").measured()).isLessThanOrEqualTo(0.05);
    }
  }

  @Test
  void kilometresPlantedForMilesAreFound() {
    DriftReport report = month("02", 1.609344);
    check(report, EXPECTED.get("kilometres"));
    assertThat(report.driftedFeatures()).extracting(FeatureDrift::name).containsExactly("distance");
    assertThat(report.features().get(0).name()).isEqualTo("distance");
    assertThat(report.dataSet()).isEqualTo(DataSetDrift.LIMITED); // one of five
    assertThat(report.feature("distance").verdict().toString())
        .startsWith("drifted: wasserstein/sigma 0.7")
        .endsWith("bound 0.1, p < 0.001");
  }

  private static void check(DriftReport report, JsonNode expected) {
    for (String column : List.of("distance", "hour")) {
      JsonNode values = expected.get(column);
      Evidence effect = evidence(report, column, "wasserstein/sigma");
      double error = error(effect);
      assertThat(error).isLessThan(report.feature(column).drifted() ? 0.2 : 0.06);
      assertThat(effect.measured()).isCloseTo(values.get("wasserstein").asDouble(), within(error));
      assertThat(evidence(report, column, "psi").measured())
          .isCloseTo(values.get("psi").asDouble(), within(column.equals("hour") ? 1e-12 : 0.01));
    }
    assertThat(evidence(report, "hour", "kolmogorov-smirnov").text())
        .contains("significant up to 0.05");
    for (String column : List.of("origin", "destination", "weekday")) {
      JsonNode values = expected.get(column);
      assertThat(evidence(report, column, "jensen-shannon distance").measured())
          .isCloseTo(values.get("jensenShannon").asDouble(), within(1e-9));
      assertThat(evidence(report, column, "psi").measured())
          .isCloseTo(values.get("psi").asDouble(), within(1e-12));
    }
    for (FeatureDrift feature : report.features()) {
      JsonNode values = expected.get(feature.name());
      assertThat(feature.drifted()).isEqualTo(values.get("drifted").asBoolean());
    }
  }

  /** What the text says about its own error. */
  private static double error(Evidence effect) {
    String text = effect.text();
    if (text.contains("deviation (exact)")) {
      return 1e-12;
    }
    int from = text.indexOf("off by at most ") + "off by at most ".length();
    return Double.parseDouble(text.substring(from, text.indexOf(')', from)));
  }

  @Test
  void adjustedPValuesAreThoseOfAllColumnsTogether() {
    DriftReport report = month("03", 1);
    JsonNode expected = EXPECTED.get("03");
    // Distance is left out: its p-value from bins is larger than that of the rows.
    assertThat(evidence(report, "weekday", "chi-square").measured())
        .isCloseTo(expected.get("weekday").get("adjustedP").asDouble(), withinPercentage(1e-4));
    assertThat(evidence(report, "hour", "kolmogorov-smirnov").measured())
        .isCloseTo(expected.get("hour").get("adjustedP").asDouble(), within(1e-6));
  }

  private DriftReport compare(FeatureBatch before, FeatureBatch after) {
    try (before;
        after) {
      Profile reference = Profile.of(List.of(before));
      return DriftReport.compare(reference, reference.profile(List.of(after)));
    }
  }

  private FeatureBatch doubles(double... values) {
    return FeatureBatch.builder(allocator).doubles("x", values).build();
  }

  private FeatureBatch strings(String... values) {
    return FeatureBatch.builder(allocator).strings("s", values).build();
  }

  private static double[] normal(Random random, int rows, double mean) {
    return random.doubles(rows).map(u -> mean + random.nextGaussian()).toArray();
  }

  @Test
  void theStatedErrorOfTheBinnedDistanceHolds() {
    long seed = 11;
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    double[] before = normal(random, 3000, 0);
    double[] after = Arrays.stream(normal(random, 2000, 0)).map(x -> 3 * x + 5).toArray();
    DriftReport report = compare(doubles(before), doubles(after));
    Evidence effect = evidence(report, "x", "wasserstein/sigma");
    // The distance of sorted samples of equal size, by repeating rows: 6000 quantiles each.
    Arrays.sort(before);
    Arrays.sort(after);
    double distance =
        IntStream.range(0, 6000).mapToDouble(i -> Math.abs(before[i / 2] - after[i / 3])).sum()
            / 6000;
    double mean = Arrays.stream(before).average().orElseThrow();
    double deviation =
        Math.sqrt(Arrays.stream(before).map(x -> (x - mean) * (x - mean)).average().orElseThrow());
    assertThat(effect.measured()).isCloseTo(distance / deviation, within(error(effect)));
  }

  /** A column drifts or is stable; drift of the data set is none, limited or widespread. */
  @Test
  void theDataSetHasWordsOfItsOwn() {
    String limited = month("02", 1.609344).toString();
    assertThat(limited)
        .startsWith(
            "limited drift, 1 of 5 columns drifted [distance drifted: wasserstein/sigma 0.7")
        .doesNotContain("not drifted");
    assertThat(month("02", 1).toString()).startsWith("no drift, 0 of 5 columns drifted [");
    double[] one = {1};
    assertThat(compare(doubles(one), doubles(one)))
        .hasToString(
            "not judged, 0 of 0 columns drifted [x insufficient data: 49 more rows are needed]");
  }

  @Test
  void tooFewRowsAreNoVerdict() {
    double[] hundred = IntStream.range(0, 100).asDoubleStream().toArray();
    DriftReport report = compare(doubles(hundred), doubles(1, 2, 3));
    assertThat(report.feature("x").verdict()).isEqualTo(new DriftVerdict.InsufficientData(47));
    assertThat(report.feature("x").verdict())
        .hasToString("insufficient data: 47 more rows are needed");
    assertThat(report.dataSet()).isEqualTo(DataSetDrift.NOT_JUDGED);
    assertThat(evidence(report, "x", "rows").text())
        .isEqualTo("100 values in the reference and 3 in the rows compared; 50 of each are needed");
    assertThat(compare(doubles(hundred), doubles()).feature("x").verdict())
        .isEqualTo(new DriftVerdict.InsufficientData(50));
  }

  @Test
  void categoriesTooRareToCompareAreNoVerdict() {
    String[] once = IntStream.range(0, 60).mapToObj(i -> "v" + i / 2).toArray(String[]::new);
    assertThat(compare(strings(once), strings(once)).feature("s").verdict())
        .isEqualTo(new DriftVerdict.InsufficientData(90)); // 2 of 60 each time: 5 need 150
  }

  @Test
  void constantsAreStableUntilTheyMove() {
    double[] constant = new double[100];
    Arrays.fill(constant, 7);
    double[] other = new double[100];
    Arrays.fill(other, 8);
    assertThat(compare(doubles(constant), doubles(constant)).feature("x").verdict())
        .isEqualTo(new DriftVerdict.Stable("jensen-shannon distance", 0, 0.1, 1));
    assertThat(compare(doubles(constant), doubles(other)).dataSet())
        .isEqualTo(DataSetDrift.WIDESPREAD);
  }

  @Test
  void missingValuesThatComeUpAreDrift() {
    long seed = 3;
    System.out.println("seed " + seed);
    double[] before = normal(new Random(seed), 1000, 0);
    double[] after = before.clone();
    Arrays.fill(after, 0, 300, Double.NaN);
    DriftReport report = compare(doubles(before), doubles(after));
    assertThat(report.feature("x").verdict())
        .isInstanceOfSatisfying(
            DriftVerdict.Drifted.class,
            drifted -> {
              assertThat(drifted.measure()).isEqualTo("missing: difference of shares");
              assertThat(drifted.effect()).isEqualTo(0.3);
            });
    assertThat(evidence(report, "x", "missing: difference of shares").text())
        .startsWith("Share of missing values went from 0.0 % to 30.0 %");
    double[] none = new double[1000];
    Arrays.fill(none, Double.NaN);
    assertThat(compare(doubles(before), doubles(none)).feature("x").drifted()).isTrue();
  }

  @Test
  void unseenCategoriesThatAreManyAreDrift() {
    String[] before = IntStream.range(0, 400).mapToObj(i -> "c" + i % 4).toArray(String[]::new);
    String[] after = IntStream.range(0, 400).mapToObj(i -> "c" + i % 5).toArray(String[]::new);
    assertThat(compare(strings(before), strings(after)).feature("s").drifted()).isTrue();
    assertThat(compare(strings(before), strings(before)).feature("s").drifted()).isFalse();
  }

  @Test
  void twoValuesAreComparedByTheirShares() {
    boolean[] before = new boolean[1000];
    boolean[] after = new boolean[1000];
    Arrays.fill(before, 0, 200, true);
    Arrays.fill(after, 0, 350, true);
    DriftReport report =
        compare(
            FeatureBatch.builder(allocator).booleans("b", before).build(),
            FeatureBatch.builder(allocator).booleans("b", after).build());
    assertThat(evidence(report, "b", "difference of shares").measured())
        .isCloseTo(0.15, within(1e-12));
    assertThat(evidence(report, "b", "difference of shares").text())
        .startsWith("Share of \"true\" went from 20.0 % to 35.0 %, exact; it matters from 10.0 %");
    double[] halves = IntStream.range(0, 100).mapToDouble(i -> i % 2).toArray();
    assertThat(
            evidence(compare(doubles(halves), doubles(halves)), "x", "difference of shares").text())
        .startsWith("Share of 1 went from 50.0 % to 50.0 %");
  }

  @Test
  void unseenNumbersBeyondTheRangeCountWithTheirDistance() {
    double[] before = IntStream.range(0, 1000).mapToDouble(i -> i % 10).toArray();
    double[] after = before.clone();
    Arrays.fill(after, 0, 100, 109); // a tenth at 109, where 4.5 was on average: 104.5 further
    Evidence effect = evidence(compare(doubles(before), doubles(after)), "x", "wasserstein/sigma");
    assertThat(effect.measured()).isCloseTo(10.45 / Math.sqrt(8.25), within(1e-12));
    assertThat(effect.text())
        .startsWith("Wasserstein distance 3.64 of the reference's deviation (exact)");
  }

  @Test
  void theMeanTellsWhereNumbersBeyondTheRangeLie() {
    double[] before = IntStream.range(0, 1000).mapToDouble(i -> i % 10).toArray();
    double[] after = before.clone();
    for (int i = 0; i < 100; i++) {
      after[i] = i < 75 ? 60 : 200; // 95 on average, far from the middle between 9 and 200
    }
    // All that moved went up, so the distance is the difference of the means: a tenth of 90.5.
    Evidence effect = evidence(compare(doubles(before), doubles(after)), "x", "wasserstein/sigma");
    assertThat(effect.measured()).isCloseTo(9.05 / Math.sqrt(8.25), within(1e-12));
  }

  @Test
  void columnsOfOneSideAreNamed() {
    try (FeatureBatch both =
        FeatureBatch.builder(allocator).doubles("x", 1).doubles("y", 2).build()) {
      Profile reference = Profile.of(List.of(both));
      DriftReport report =
          DriftReport.compare(reference.without(List.of("y")), reference.without(List.of("x")));
      assertThat(report.onlyInReference()).containsExactly("x");
      assertThat(report.onlyInCurrent()).containsExactly("y");
      assertThat(report.features()).isEmpty();
      assertThat(report.dataSet()).isEqualTo(DataSetDrift.NOT_JUDGED);
      assertThatThrownBy(() -> report.feature("x"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("no compared column \"x\"");
    }
  }

  @Test
  void profilesWithOtherBinsAreRefused() {
    try (FeatureBatch a = doubles(1, 2);
        FeatureBatch b = doubles(1, 3)) {
      Profile one = Profile.of(List.of(a));
      Profile other = Profile.of(List.of(b));
      assertThatThrownBy(() -> DriftReport.compare(one, other))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("column \"x\" with other bins")
          .hasMessageContaining("reference.profile(rows)");
    }
  }

  @Test
  void thePolicyIsTheCallers() {
    double[] values = IntStream.range(0, 30).asDoubleStream().toArray();
    try (FeatureBatch rows = doubles(values)) {
      Profile profile = Profile.of(List.of(rows));
      DriftPolicy policy = DriftPolicy.withDefaults().withMinimumRows(10);
      assertThat(DriftReport.compare(profile, profile, policy).feature("x").verdict())
          .isEqualTo(new DriftVerdict.Stable("wasserstein/sigma", 0, 0.1, 1));
    }
  }

  @Test
  void jsonHasTheDocumentedNames(@TempDir Path folder) throws IOException {
    DriftReport report = month("02", 1.609344);
    Path file = folder.resolve("report.json");
    JsonReport.of(report).write(file);
    JsonNode json = new ObjectMapper().readTree(Files.readString(file));
    assertThat(json.get("format").asText()).isEqualTo("mlops4j-drift-report");
    assertThat(json.get("version").asInt()).isEqualTo(2);
    assertThat(json.get("reference").get("rows").asLong()).isEqualTo(4236);
    assertThat(json.has("drifted")).isFalse(); // said of columns only
    assertThat(json.at("/dataSet/drift").asText()).isEqualTo("limited");
    assertThat(json.at("/dataSet/columnsJudged").asInt()).isEqualTo(5);
    assertThat(json.at("/dataSet/columnsDrifted").asInt()).isEqualTo(1);
    assertThat(json.get("driftedFeatures").get(0).asText()).isEqualTo("distance");
    JsonNode distance = json.get("features").get(0);
    assertThat(distance.get("verdict").asText()).isEqualTo("drifted");
    assertThat(distance.get("kind").asText()).isEqualTo("numbers");
    assertThat(distance.get("role").asText()).isEqualTo("feature");
    assertThat(distance.get("measure").asText()).isEqualTo("wasserstein/sigma");
    assertThat(distance.get("effect").asDouble()).isGreaterThan(0.7);
    assertThat(distance.get("evidence").get(2).get("name").asText()).isEqualTo("psi");
    assertThat(distance.get("evidence").get(2).get("bound").isNull()).isTrue();
    assertThat(json.get("skipped")).isEmpty();
    assertThat(json.get("onlyInReference")).isEmpty();
  }

  @Test
  void aReportThatCannotBeWrittenSaysWhere(@TempDir Path folder) {
    double[] one = {1};
    DriftReport report = compare(doubles(one), doubles(one));
    assertThatThrownBy(() -> JsonReport.of(report).write(folder.resolve("none/report.json")))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("none/report.json: found no folder for the report");
    assertThatThrownBy(() -> JsonReport.of(report).write(folder))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(folder + ": found a folder, expected a file for the report");
  }

  @Test
  void outputsAreComparedToo() {
    try (FeatureBatch in = doubles(1, 2);
        FeatureBatch out = FeatureBatch.builder(allocator).floats("p", 0, 1).build()) {
      Profile profile = Profile.builder().add(in, out).build();
      assertThat(DriftReport.compare(profile, profile).feature("p").role()).isEqualTo(Role.OUTPUT);
    }
  }
}
