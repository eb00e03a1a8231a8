package io.mlops4j.runtime.feature.duckdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.FeatureReader;
import io.mlops4j.feature.FeatureWriter;
import io.mlops4j.feature.ReadOptions;
import io.mlops4j.feature.WriteOptions;
import io.mlops4j.runtime.feature.DataFiles;
import io.mlops4j.runtime.feature.reading.DataFormat;
import io.mlops4j.runtime.internal.duckdb.DuckDb;
import io.mlops4j.runtime.internal.duckdb.DuckDbSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Columns and filters reach DuckDB's readers. */
class PushDownTest {
  private static final int GROUP = 122_880; // DuckDB's rows of a row group

  private final RootAllocator memory = new RootAllocator();
  @TempDir private Path folder;

  @AfterEach
  void nothingIsLeftAllocated() {
    memory.close();
  }

  /** Row groups 0 and 1, with damage in column t of row group 1. */
  private Path damaged() throws Exception {
    Path file = folder.resolve("damaged.parquet");
    String sql = "SELECT i, 'text ' || hash(i) AS t FROM range(%d) r(i)".formatted(2 * GROUP);
    try (FeatureReader rows = DataFiles.query(sql, ReadOptions.defaults(), memory);
        FeatureWriter writer = DataFiles.create(file, WriteOptions.defaults())) {
      rows.forEach(writer::write);
      writer.commit();
    }
    String place =
        "SELECT data_page_offset, total_compressed_size FROM parquet_metadata('%s')".formatted(file)
            + " WHERE row_group_id = 1 AND path_in_schema = 't'";
    byte[] bytes = Files.readAllBytes(file);
    try (FeatureReader found = DataFiles.query(place, ReadOptions.defaults(), memory)) {
      FeatureBatch only = found.iterator().next();
      long from = ((BigIntVector) only.root().getVector(0)).get(0);
      long size = ((BigIntVector) only.root().getVector(1)).get(0);
      for (int i = 0; i < size / 2; i++) {
        bytes[(int) from + i] ^= 0x55;
      }
    }
    return Files.write(file, bytes);
  }

  private long rows(Path file, ReadOptions options) {
    long rows = 0;
    try (FeatureReader reader = DataFiles.open(List.of(file), options, memory)) {
      for (FeatureBatch batch : reader) {
        rows += batch.rows();
      }
    }
    return rows;
  }

  /** What is damaged fails when it is read, so what succeeds did not read it. */
  @Test
  void columnsAndRowGroupsThatAreNotNeededAreNotRead() throws Exception {
    Path file = damaged();
    assertThatThrownBy(() -> rows(file, ReadOptions.defaults()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("row group 1");
    assertThat(rows(file, ReadOptions.builder().columns("i").build())).isEqualTo(2 * GROUP);
    assertThat(rows(file, ReadOptions.builder().filter("i < " + GROUP).build())).isEqualTo(GROUP);
    assertThatThrownBy(() -> rows(file, ReadOptions.builder().filter("i >= " + GROUP).build()))
        .isInstanceOf(DataException.class);
  }

  /** The plan that DuckDB makes of our query. */
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {"PARQUET; a.parquet", "CSV; a.csv", "JSON; a.jsonl"})
  void theScanReadsTheChosenColumnsOnly(DataFormat format, String name) throws Exception {
    Path file = folder.resolve(name);
    switch (format) {
      case CSV -> Files.writeString(file, "alpha,beta,gamma,delta\n1,2,3,4\n1,0,3,4\n");
      case JSON ->
          Files.writeString(
              file, "{\"alpha\": 1, \"beta\": 2, \"gamma\": 3, \"delta\": 4}\n".repeat(2));
      default -> {
        String sql = "SELECT 1 AS alpha, i AS beta, 3 AS gamma, 4 AS delta FROM range(9) r(i)";
        try (FeatureReader rows = DataFiles.query(sql, ReadOptions.defaults(), memory);
            FeatureWriter writer = DataFiles.create(file, WriteOptions.defaults())) {
          rows.forEach(writer::write);
          writer.commit();
        }
      }
    }
    ReadOptions options = ReadOptions.builder().columns("gamma").filter("beta > 1").build();
    String source = FileSql.files(format, List.of(file), options, null, Map.of(), false);
    String plan;
    try (DuckDb database = DuckDb.open(DuckDbSettings.of(List.of(file)));
        Statement statement = database.connection().createStatement();
        ResultSet rows =
            statement.executeQuery(
                "EXPLAIN (FORMAT json) " + FileSql.select(source, List.of(), options, Map.of()))) {
      assertThat(rows.next()).isTrue();
      plan = rows.getString(2);
    }
    assertThat(plan).contains("gamma", "beta").doesNotContain("alpha", "delta");
    if (format == DataFormat.PARQUET) {
      assertThat(plan).containsPattern("\"Filters\": \"\\(?beta > 1");
    }
  }
}
