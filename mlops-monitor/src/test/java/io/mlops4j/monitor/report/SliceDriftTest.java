package io.mlops4j.monitor.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.monitor.drift.DriftPolicy;
import io.mlops4j.monitor.drift.DriftReport;
import io.mlops4j.monitor.drift.DriftVerdict;
import io.mlops4j.monitor.drift.FeatureDrift;
import io.mlops4j.monitor.drift.ReportSubject;
import io.mlops4j.monitor.drift.SliceDrift;
import io.mlops4j.monitor.profile.ExportRules;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.monitor.profile.SlicedProfile;
import io.mlops4j.monitor.profile.Slices;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.Test;

/** North and south have 200 rows, the isle has three; only the north's values move. */
class SliceDriftTest {
  private static final int MANY = 200;
  private static final int FEW = 3;

  static DriftReport sliced() {
    return sliced(DriftPolicy.withDefaults());
  }

  private static DriftReport sliced(DriftPolicy policy) {
    try (BufferAllocator allocator = new RootAllocator();
        FeatureBatch before = rows(allocator, 0);
        FeatureBatch after = rows(allocator, 80)) {
      SlicedProfile reference = profile(before, Slices.by("region"));
      return DriftReport.compare(
          reference, reference.profile(List.of(after)), policy, ExportRules.withDefaults());
    }
  }

  private static SlicedProfile profile(FeatureBatch rows, Slices by) {
    Profile bins = Profile.builder().columns("value").add(rows).build();
    return SlicedProfile.of(bins, by, List.of(rows));
  }

  private static FeatureBatch rows(BufferAllocator allocator, double northMoves) {
    String[] regions = new String[2 * MANY + FEW];
    double[] values = new double[regions.length];
    for (int row = 0; row < regions.length; row++) {
      regions[row] = row < MANY ? "north" : row < 2 * MANY ? "south" : "isle";
      values[row] = row % MANY + (row < MANY ? northMoves : 0);
    }
    return FeatureBatch.builder(allocator)
        .strings("region", regions)
        .doubles("value", values)
        .build();
  }

  @Test
  void eachSliceIsComparedWithItsOwnRows() {
    List<SliceDrift> slices = sliced().slices();

    assertThat(slices.stream().map(SliceDrift::slice))
        .containsExactly("north", "south", "isle", "other");
    assertThat(slices.get(0).driftedFeatures().stream().map(FeatureDrift::name))
        .containsExactly("value");
    assertThat(slices.get(1).judged()).isTrue();
    assertThat(slices.get(1).driftedFeatures()).isEmpty();
    assertThat(slices.get(2).judged()).isFalse();
    assertThat(slices.get(2).current().rows()).isEqualTo(FEW);
  }

  @Test
  void aSliceCountsItsDriftedColumns() {
    assertThat(sliced().slices().get(0)).hasToString("north: 1 of 1 columns drifted [value]");
    assertThat(HtmlReport.of(sliced()).toHtml()).doesNotContain(">Stable<", ">Drifted<");
  }

  @Test
  void allRowsAreComparedBeside() {
    DriftReport report = sliced();

    assertThat(report.current().rows()).isEqualTo(2 * MANY + FEW);
    assertThat(report.features()).hasSize(1);
  }

  /** South's values are larger: a window of northern rows alone has not drifted. */
  @Test
  void allRowsAreComparedWithTheSlicesThatTheyHave() {
    try (BufferAllocator allocator = new RootAllocator();
        FeatureBatch before = rows(allocator, -500);
        FeatureBatch after =
            FeatureBatch.builder(allocator)
                .strings("region", Collections.nCopies(MANY, "north").toArray(String[]::new))
                .doubles("value", IntStream.range(0, MANY).mapToDouble(i -> i - 500).toArray())
                .build()) {
      SlicedProfile reference = profile(before, Slices.by("region"));
      DriftReport report = DriftReport.compare(reference, reference.profile(List.of(after)));

      assertThat(report.reference()).isEqualTo(reference.slice("north"));
      assertThat(report.driftedFeatures()).isEmpty();
      assertThat(DriftReport.compare(reference.whole(), report.current()).driftedFeatures())
          .hasSize(1);
    }
  }

  /** Benjamini and Hochberg: the smaller of two p-values is doubled. */
  @Test
  void slicesAreJudgedTogether() {
    SliceDrift north = sliced().slices().get(0);

    DriftReport alone = DriftReport.compare(north.reference(), north.current());

    assertThat(adjusted(north.features().get(0)))
        .isCloseTo(2 * adjusted(alone.feature("value")), within(1e-15));
  }

  private static double adjusted(FeatureDrift feature) {
    return ((DriftVerdict.Drifted) feature.verdict()).adjustedPValue();
  }

  @Test
  void slicesWithFewRowsAreNotNamedOutside() {
    DriftPolicy daring = DriftPolicy.withDefaults().withMinimumRows(1);
    for (DriftReport report : List.of(sliced(), sliced(daring))) {
      assertThat(HtmlReport.of(report).toHtml())
          .contains("Slice by slice")
          .contains("north")
          .doesNotContain("isle");
      assertThat(JsonReport.of(report).toJson())
          .contains("\"tooFewRows\" : 2")
          .doesNotContain("isle");
    }
  }

  @Test
  void whatIsAddedKeepsTheSlices() {
    assertThat(sliced().with(ReportSubject.withDefaults()).slices()).hasSize(4);
  }

  @Test
  void otherSlicesAreRefused() {
    try (BufferAllocator allocator = new RootAllocator();
        FeatureBatch rows = rows(allocator, 0)) {
      SlicedProfile reference = profile(rows, Slices.by("region"));
      SlicedProfile other = profile(rows, Slices.by("region").atMost(1));

      assertThatThrownBy(() -> DriftReport.compare(reference, other))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("[north, other]")
          .hasMessageContaining("reference.profile(rows)");
    }
  }

  @Test
  void aReportOfProfilesHasNoSlices() {
    DriftReport whole = sliced();

    assertThat(DriftReport.compare(whole.reference(), whole.current()).slices()).isEmpty();
    assertThat(Arrays.asList(JsonReport.of(whole).toJson().split("\n", -1)))
        .anyMatch(line -> line.contains("\"slices\" : {"));
  }
}
