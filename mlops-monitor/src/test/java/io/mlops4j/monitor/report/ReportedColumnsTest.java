package io.mlops4j.monitor.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.monitor.drift.DriftPolicy;
import io.mlops4j.monitor.drift.DriftReport;
import io.mlops4j.monitor.drift.FeatureDrift;
import io.mlops4j.monitor.drift.FeaturePolicy;
import io.mlops4j.monitor.profile.ExportRules;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.monitor.profile.SkippedColumn;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.TimeStampSecVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Vectors and times in reports, and what a report may show. */
class ReportedColumnsTest {
  private final BufferAllocator allocator = new RootAllocator();

  @AfterEach
  void everythingIsGivenBack() {
    allocator.close();
  }

  private static FeatureBatch batch(FieldVector... columns) {
    return FeatureBatch.of(VectorSchemaRoot.of(columns));
  }

  /** Normal components about a mean. */
  private FixedSizeListVector vectors(int rows, double mean, long seed) {
    Random random = new Random(seed);
    FixedSizeListVector vectors = FixedSizeListVector.empty("embedding", 8, allocator);
    Float4Vector elements =
        (Float4Vector)
            vectors
                .addOrGetVector(
                    FieldType.nullable(new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE)))
                .getVector();
    vectors.setInitialCapacity(rows);
    vectors.allocateNew();
    for (int i = 0; i < 8 * rows; i++) {
      elements.setSafe(i, (float) (mean + random.nextGaussian()));
    }
    for (int row = 0; row < rows; row++) {
      vectors.setNotNull(row);
    }
    elements.setValueCount(8 * rows);
    vectors.setValueCount(rows);
    return vectors;
  }

  @Test
  void vectorsAreComparedByNormAndProjection() {
    try (FixedSizeListVector before = vectors(2000, 0, 1);
        FixedSizeListVector same = vectors(2000, 0, 2);
        FixedSizeListVector shifted = vectors(2000, 1, 3)) {
      Profile reference = Profile.of(List.of(batch(before)));
      DriftReport stable = DriftReport.compare(reference, reference.profile(List.of(batch(same))));
      assertThat(stable.features())
          .extracting(FeatureDrift::name)
          .containsExactlyInAnyOrder("embedding.norm", "embedding.projection");
      assertThat(stable.driftedFeatures()).isEmpty();
      DriftReport drifted =
          DriftReport.compare(reference, reference.profile(List.of(batch(shifted))));
      assertThat(drifted.feature("embedding.norm").drifted()).isTrue();
      assertThat(HtmlReport.of(drifted).toHtml()).contains("embedding.projection");
      assertThat(JsonReport.of(drifted).toJson()).contains("\"embedding.norm\"");
    }
  }

  @Test
  void aPolicyMayNameWhatAVectorIsComparedBy() {
    try (FixedSizeListVector before = vectors(2000, 0, 1);
        FixedSizeListVector shifted = vectors(2000, 1, 3)) {
      Profile reference = Profile.of(List.of(batch(before)));
      DriftPolicy lenient =
          DriftPolicy.withDefaults()
              .withFeature("embedding.norm", FeaturePolicy.withDefaults().withBound(1000))
              .withKeyFeatures("embedding.projection");
      DriftReport report =
          DriftReport.compare(reference, reference.profile(List.of(batch(shifted))), lenient);
      assertThat(report.feature("embedding.norm").drifted()).isFalse();
      assertThat(report.feature("embedding.projection").key()).isTrue();
    }
  }

  @Test
  void timesAreListedWithTheirRanges() {
    try (TimeStampSecVector times = new TimeStampSecVector("departure", allocator)) {
      times.setSafe(0, 978_307_200);
      times.setValueCount(1);
      Profile reference = Profile.of(List.of(batch(times)));
      times.setSafe(0, 988_675_200);
      Profile may = reference.profile(List.of(batch(times)));
      DriftReport report = DriftReport.compare(reference, may);
      assertThat(report.skipped())
          .singleElement()
          .satisfies(
              column -> {
                assertThat(column.reason()).isEqualTo(SkippedColumn.Reason.TIMES);
                assertThat(column.detail())
                    .contains("2001-01-01T00:00:00Z in the reference, 2001-05-01");
              });
      assertThat(HtmlReport.of(report).toHtml()).contains("2001-05-01");
      assertThat(
              HtmlReport.of(
                      DriftReport.compare(
                          reference,
                          may,
                          DriftPolicy.withDefaults(),
                          ExportRules.withDefaults().withoutExtremes()))
                  .toHtml())
          .doesNotContain("2001-05-01");
    }
  }

  @Test
  void rareNamesAreInNoReport() {
    String[] values =
        IntStream.range(0, 400)
            .mapToObj(i -> i < 4 ? "Ada" : i % 2 == 0 ? "even" : "odd")
            .toArray(String[]::new);
    String[] two =
        IntStream.range(0, 400).mapToObj(i -> i < 4 ? "zoe" : "all").toArray(String[]::new);
    try (FeatureBatch rows =
        FeatureBatch.builder(allocator).strings("s", values).strings("two", two).build()) {
      Profile reference = Profile.of(List.of(rows));
      DriftReport report = DriftReport.compare(reference, reference.profile(List.of(rows)));
      assertThat(HtmlReport.of(report).toHtml()).contains("even").doesNotContain("Ada", "zoe");
      assertThat(JsonReport.of(report).toJson()).doesNotContain("Ada", "zoe");
      DriftReport all =
          DriftReport.compare(
              reference,
              reference,
              DriftPolicy.withDefaults(),
              ExportRules.withDefaults().withSmallestCount(4));
      assertThat(HtmlReport.of(all).toHtml()).contains("Ada", "zoe");
    }
  }

  /** Numbers of which the least and the greatest are told apart from all others. */
  private static double[] numbers(int distinct, int rows) {
    return IntStream.range(0, rows)
        .mapToDouble(i -> i == 0 ? 2017 : i == 1 ? 8093 : 3000 + i % distinct)
        .toArray();
  }

  @Test
  void extremesAreInNoReportThatIsToHideThem() {
    for (int distinct : new int[] {1, 4, 10, 100, 1000}) {
      double[] live = numbers(distinct, 4000);
      live[2] = 1951;
      live[3] = 9017;
      double[] two = new double[4000];
      Arrays.setAll(two, i -> i % 3 == 0 ? 2017 : 8093);
      double[] skewed = new double[4000];
      Arrays.setAll(skewed, i -> i % 2 == 0 ? 2017 : 8093);
      try (FeatureBatch before =
              FeatureBatch.builder(allocator)
                  .doubles("x", numbers(distinct, 4000))
                  .doubles("two", two)
                  .build();
          FeatureBatch after =
              FeatureBatch.builder(allocator).doubles("x", live).doubles("two", skewed).build()) {
        Profile reference = Profile.of(List.of(before));
        Profile current = reference.profile(List.of(after));
        String[] extremes = {"2017", "8093", "1951", "9017"};
        DriftReport report =
            DriftReport.compare(
                reference,
                current,
                DriftPolicy.withDefaults(),
                ExportRules.withDefaults().withoutExtremes());
        assertThat(numbers(HtmlReport.of(report).toHtml())).doesNotContain(extremes);
        assertThat(numbers(JsonReport.of(report).toJson())).doesNotContain(extremes);
        assertThat(numbers(HtmlReport.of(DriftReport.compare(reference, current)).toHtml()))
            .contains(extremes);
      }
    }
  }

  /** The numbers of a page, of which digits in longer numbers are no part. */
  private static List<String> numbers(String page) {
    return Pattern.compile("[0-9.]+").matcher(page).results().map(MatchResult::group).toList();
  }
}
