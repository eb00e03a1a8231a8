package io.mlops4j.bench.together;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.FeatureReader;
import io.mlops4j.feature.FeatureWriter;
import io.mlops4j.monitor.drift.DriftReport;
import io.mlops4j.monitor.profile.CategoryProfile;
import io.mlops4j.monitor.profile.NumberProfile;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.monitor.profile.SkippedColumn;
import io.mlops4j.monitor.profile.VectorProfile;
import io.mlops4j.runtime.ModelRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nested objects of JSON lines, in profiles and through Parquet and Arrow files. */
class NestedRowsTest {
  @TempDir private Path folder;

  /** Every tenth address is null; every twentieth person has no taste. */
  private Path people(String name, int rows, int shift) throws IOException {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < rows; i++) {
      String address =
          i % 10 == 9
              ? "null"
              : "{\"city\": \"city %d\", \"geo\": {\"lat\": %d.5}}"
                  .formatted(i % 3, shift + i % 90);
      String taste = i % 20 == 7 ? "null" : "[%d.0, 4.5]".formatted(i % 5);
      lines.add(
          "{\"age\": %d, \"address\": %s, \"taste\": %s, \"tags\": [\"a\", \"b\"]}"
              .formatted(i % 80, address, taste));
    }
    return Files.write(folder.resolve(name), lines);
  }

  private static Profile profile(ModelRuntime runtime, Path file) {
    try (FeatureReader rows = runtime.read(file)) {
      return Profile.of(rows);
    }
  }

  private Path copy(ModelRuntime runtime, Path file, String name) {
    Path copy = folder.resolve(name);
    try (FeatureReader rows = runtime.read(file);
        FeatureWriter writer = runtime.write(copy)) {
      for (FeatureBatch batch : rows) {
        writer.write(batch);
      }
      writer.commit();
    }
    return copy;
  }

  @Test
  void nestedObjectsAreProfiledByPathAndSurviveTheirFiles() throws IOException {
    try (ModelRuntime runtime = ModelRuntime.open()) {
      Path json = people("people.jsonl", 5_000, 0);
      Profile profile = profile(runtime, json);
      assertThat(profile.columns())
          .containsExactly("address.city", "address.geo.lat", "age", "tags", "taste");
      CategoryProfile city = (CategoryProfile) profile.column("address.city");
      assertThat(city.missing()).isEqualTo(500);
      assertThat(city.names()).containsExactlyInAnyOrder("city 0", "city 1", "city 2");
      NumberProfile lat = (NumberProfile) profile.column("address.geo.lat");
      assertThat(lat.present()).isEqualTo(4_500);
      assertThat(lat.min()).isEqualTo(0.5);
      assertThat(lat.max()).isEqualTo(88.5); // the rows of 89 have no address
      VectorProfile taste = (VectorProfile) profile.column("taste");
      assertThat(taste.dimension()).isEqualTo(2);
      assertThat(taste.missing()).isEqualTo(250);
      assertThat(taste.mean()[1]).isEqualTo(4.5);
      assertThat(((SkippedColumn) profile.column("tags")).detail()).startsWith("type List, not");

      Path parquet = copy(runtime, json, "people.parquet");
      assertThat(profile(runtime, parquet).toBytes()).isEqualTo(profile.toBytes());
      Path arrow = copy(runtime, parquet, "people.arrow");
      assertThat(profile(runtime, arrow).toBytes()).isEqualTo(profile.toBytes());

      try (FeatureReader later = runtime.read(people("later.jsonl", 5_000, 40))) {
        DriftReport report = DriftReport.compare(profile, profile.profile(later));
        assertThat(report.driftedFeatures())
            .extracting(feature -> feature.name())
            .containsExactly("address.geo.lat");
        assertThat(report.skipped()).extracting(SkippedColumn::name).containsExactly("tags");
      }
    }
  }
}
