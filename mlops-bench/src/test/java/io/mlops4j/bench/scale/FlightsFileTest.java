package io.mlops4j.bench.scale;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.bench.flights.Flights;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.FeatureReader;
import io.mlops4j.runtime.ModelRuntime;
import java.nio.file.Path;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.types.pojo.Field;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FlightsFileTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"arrow", "parquet", "csv"})
  void hasTheRowsInTheOrderOfTheirKeys(String format) throws Exception {
    Path file = folder.resolve("flights." + format);
    FlightsFile.write(file, 30_000);
    long row = 0;
    try (ModelRuntime runtime = ModelRuntime.builder().strict().open();
        FeatureReader reader = runtime.read(file)) {
      for (FeatureBatch batch : reader) {
        assertThat(batch.root().getSchema().getFields())
            .extracting(Field::getName)
            .containsExactly("id", "distance", "hour", "weekday", "origin", "destination");
        BigIntVector ids = (BigIntVector) batch.column("id");
        for (int i = 0; i < batch.rows(); i++) {
          assertThat(ids.get(i)).isEqualTo(row++);
        }
      }
    }
    assertThat(row).isEqualTo(30_000);
  }

  @Test
  void saysThatFlightsAreNotReal() {
    assertThat(FlightsFile.data().contains("NOT REAL")).isNotEqualTo(Flights.all().isPresent());
    assertThat(new ScaleTopic().comparisons())
        .allMatch(each -> each.work().endsWith(FlightsFile.data()));
  }
}
