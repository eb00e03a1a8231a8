package io.mlops4j.runtime.feature;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.FeatureReader;
import io.mlops4j.feature.FeatureWriter;
import io.mlops4j.feature.ReadOptions;
import io.mlops4j.feature.WriteOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What goes through DuckDB, in a process without a flag of the JVM. */
class DataFilesNoFlagsTest {
  private static final List<String> ROWS =
      List.of("1\t0.5\tfrüh ✈\t[1,2]", "2\tnull\tnull\t[]", "3\t-1.5\ta text of 20 letters\tnull");

  private final RootAllocator memory = new RootAllocator();
  @TempDir private Path folder;

  @AfterEach
  void nothingIsLeftAllocated() {
    memory.close();
  }

  private List<String> rows(FeatureReader opened) {
    List<String> rows = new ArrayList<>();
    try (FeatureReader reader = opened) {
      for (FeatureBatch batch : reader) {
        batch.root().contentToTSVString().lines().skip(1).forEach(rows::add);
      }
    }
    return rows;
  }

  private FeatureReader open(Path file, ReadOptions options) {
    return DataFiles.open(List.of(file), options, memory);
  }

  @Test
  void duckDbReadsFiltersAndWritesWithoutFlags() throws Exception {
    assertThat(java.nio.Buffer.class.getModule().isOpen("java.nio", getClass().getModule()))
        .isFalse();
    Path json =
        Files.writeString(
            folder.resolve("a.jsonl"),
            """
            {"id": 1, "x": 0.5, "t": "früh ✈", "l": [1, 2]}
            {"id": 2, "x": null, "t": null, "l": []}
            {"id": 3, "x": -1.5, "t": "a text of 20 letters", "l": null}
            """);
    Path csv =
        Files.writeString(
            folder.resolve("a.csv"), "id,x,t\n1,0.5,früh ✈\n2,,\n3,-1.5,a text of 20 letters\n");
    List<String> flat = ROWS.stream().map(row -> row.substring(0, row.lastIndexOf('\t'))).toList();
    assertThat(rows(open(csv, ReadOptions.defaults()))).isEqualTo(flat);
    assertThat(rows(open(json, ReadOptions.defaults()))).isEqualTo(ROWS);
    for (String name : List.of("a.parquet", "a.arrow")) {
      Path file = folder.resolve(name);
      try (FeatureReader reader = open(json, ReadOptions.defaults());
          FeatureWriter writer = DataFiles.create(file, WriteOptions.defaults())) {
        reader.forEach(writer::write);
        writer.commit();
      }
      assertThat(rows(open(file, ReadOptions.defaults()))).isEqualTo(ROWS);
      assertThat(rows(open(file, ReadOptions.builder().filter("x < 0").batchRows(1).build())))
          .containsExactly(ROWS.get(2));
    }
    assertThat(
            rows(
                DataFiles.query(
                    "SELECT count(*), sum(x) FROM '" + folder.resolve("a.parquet") + "'",
                    ReadOptions.defaults(),
                    memory)))
        .containsExactly("3\t-1.0");
  }
}
