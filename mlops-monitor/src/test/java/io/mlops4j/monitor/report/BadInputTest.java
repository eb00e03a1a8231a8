package io.mlops4j.monitor.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.monitor.drift.DataSetDrift;
import io.mlops4j.monitor.drift.DriftReport;
import io.mlops4j.monitor.drift.DriftVerdict;
import io.mlops4j.monitor.drift.FeatureDrift;
import io.mlops4j.monitor.drift.Movement;
import io.mlops4j.monitor.profile.Profile;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Rows that are few, empty, missing or of another schema have a defined answer. */
class BadInputTest {
  private static final double[] HUNDRED = IntStream.range(0, 100).asDoubleStream().toArray();

  private final BufferAllocator allocator = new RootAllocator();

  @AfterEach
  void everythingIsGivenBack() {
    allocator.close();
  }

  private DriftReport compare(FeatureBatch before, FeatureBatch after, String... categories) {
    try (before;
        after) {
      Profile reference = Profile.builder().categories(categories).add(before).build();
      return DriftReport.compare(reference, reference.profile(List.of(after)));
    }
  }

  private FeatureBatch doubles(double... values) {
    return FeatureBatch.builder(allocator).doubles("x", values).build();
  }

  private FeatureBatch strings(String... values) {
    return FeatureBatch.builder(allocator).strings("x", values).build();
  }

  private static double[] missing() {
    double[] values = new double[100];
    Arrays.fill(values, Double.NaN);
    return values;
  }

  private static String[] texts(String text) {
    String[] values = new String[100];
    Arrays.fill(values, text);
    return values;
  }

  @Test
  void noRowsAndOneRowAreTooFew() {
    assertThat(compare(doubles(HUNDRED), doubles()).feature("x").verdict())
        .isEqualTo(new DriftVerdict.InsufficientData(50));
    assertThat(compare(doubles(), doubles(HUNDRED)).feature("x").verdict())
        .isEqualTo(new DriftVerdict.InsufficientData(50));
    assertThat(compare(doubles(), doubles()).feature("x").verdict())
        .isEqualTo(new DriftVerdict.InsufficientData(50));
    assertThat(compare(doubles(1), doubles(1)).feature("x").verdict())
        .isEqualTo(new DriftVerdict.InsufficientData(49));
    DriftReport report = compare(strings("a"), strings("a"));
    assertThat(report.feature("x").verdict()).isEqualTo(new DriftVerdict.InsufficientData(49));
    assertThat(report.dataSet()).isEqualTo(DataSetDrift.NOT_JUDGED);
    assertThat(report.feature("x").movements()).isEmpty();
    assertThat(HtmlReport.of(report).toHtml()).contains("Not judged");
    assertThat(JsonReport.of(report).toJson()).contains("\"insufficient-data\"");
  }

  @Test
  void valuesThatAreAllMissingOnBothSidesAreNoDrift() {
    DriftReport numbers = compare(doubles(missing()), doubles(missing()));
    assertThat(numbers.feature("x").verdict()).isEqualTo(new DriftVerdict.InsufficientData(50));
    assertThat(HtmlReport.of(numbers).toHtml()).contains("50 more rows are needed");
    // Of categories missing is one more, and there are rows enough of it.
    DriftReport categories = compare(strings(texts(null)), strings(texts(null)));
    assertThat(categories.feature("x").verdict())
        .isEqualTo(new DriftVerdict.Stable("jensen-shannon distance", 0, 0.1, 1));
    assertThat(HtmlReport.of(categories).toHtml()).contains("No drift: none of 1 columns drifted.");
  }

  @Test
  void valuesThatComeWhereAllWereMissingAreDrift() {
    FeatureDrift numbers = compare(doubles(missing()), doubles(HUNDRED)).feature("x");
    assertThat(numbers.verdict().toString())
        .startsWith("drifted: missing: difference of shares -1,");
    assertThat(numbers.movements()).hasToString("[missing: 100.0 % -> 0.0 %]");
    FeatureDrift categories = compare(strings(texts(null)), strings(texts("a"))).feature("x");
    assertThat(categories.drifted()).isTrue();
    assertThat(categories.movements())
        .extracting(Movement::toString)
        .containsExactlyInAnyOrder(
            "missing: 100.0 % -> 0.0 %", "unseen in the reference: 0.0 % -> 100.0 %");
  }

  @Test
  void notANumberIsMissingInNumbersAndANameInTexts() {
    double[] codes = IntStream.range(0, 100).mapToDouble(i -> i % 4).toArray();
    double[] some = Arrays.stream(codes).map(code -> code == 0 ? Double.NaN : code).toArray();
    FeatureDrift feature = compare(doubles(codes), doubles(some), "x").feature("x");
    assertThat(feature.movements())
        .extracting(Movement::toString)
        .contains("missing: 0.0 % -> 25.0 %", "0: 25.0 % -> 0.0 %");
    assertThat(compare(strings(texts("NaN")), strings(texts("a"))).feature("x").movements())
        .extracting(Movement::value)
        .containsExactlyInAnyOrder("NaN", "unseen in the reference");
  }

  @Test
  void columnsMeetByNameInAnyOrderAndWidth() {
    int[] ints = IntStream.range(0, 100).toArray();
    String[] names = IntStream.range(0, 100).mapToObj(i -> "n" + i % 3).toArray(String[]::new);
    DriftReport report =
        compare(
            FeatureBatch.builder(allocator).doubles("x", HUNDRED).strings("s", names).build(),
            FeatureBatch.builder(allocator).strings("s", names).ints("x", ints).build());
    assertThat(report.features()).hasSize(2).noneMatch(FeatureDrift::drifted);
    assertThat(report.features()).allMatch(feature -> feature.movements().isEmpty());
  }

  @Test
  void columnsOfAnotherTypeOrNameAreNamed() {
    assertThatThrownBy(() -> compare(doubles(HUNDRED), strings(texts("1"))))
        .isInstanceOf(DataException.class)
        .hasMessage("x: found type Utf8, expected numbers");
    assertThatThrownBy(
            () ->
                compare(
                    doubles(HUNDRED),
                    FeatureBatch.builder(allocator).doubles("X", HUNDRED).build()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("lacks features [x]: found [X]");
  }
}
