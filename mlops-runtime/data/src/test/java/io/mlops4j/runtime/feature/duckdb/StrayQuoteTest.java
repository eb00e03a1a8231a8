package io.mlops4j.runtime.feature.duckdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.FeatureReader;
import io.mlops4j.feature.ReadOptions;
import io.mlops4j.runtime.feature.DataFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A quote without its other half swallows no rows; a query that fails half-way says so. */
class StrayQuoteTest {
  private final RootAllocator memory = new RootAllocator();
  @TempDir private Path folder;

  @AfterEach
  void nothingIsLeftAllocated() {
    memory.close();
  }

  private List<String> rows(int before, String line, String good) throws IOException {
    Path file = folder.resolve("quotes.csv");
    Files.writeString(
        file, "id,t,n\n" + good.repeat(before) + line + "\n" + good.repeat(before + 5));
    List<String> rows = new ArrayList<>();
    try (FeatureReader reader = DataFiles.open(file, memory)) {
      for (FeatureBatch batch : reader) {
        batch.root().contentToTSVString().lines().skip(1).forEach(rows::add);
      }
    }
    return rows;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {"2,\"abc,3; \"abc", "2,a\"bc,3; a\"bc", "2,\"a\"bc,3; \"a\"bc"})
  void itIsPartOfTheTextInAFileWithoutQuotedValues(String line, String text) throws IOException {
    for (int before : new int[] {1, 30_000}) { // within the lines that DuckDB examines, and behind
      assertThat(rows(before, line, "1,abc,2\n"))
          .hasSize(2 * before + 6)
          .contains("2\t" + text + "\t3");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {"2,\"abc,3", "2,\"a\"bc,3"})
  void itIsNamedByItsLineInAFileWithQuotedValues(String line) {
    for (int before : new int[] {1, 30_000}) {
      assertThatThrownBy(() -> rows(before, line, "1,\"a,bc\",2\n"))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("quotes.csv: cannot be read")
          .hasMessageContaining("Line: " + (before + 2));
    }
  }

  @Test
  void aQueryThatFailsHalfWaySaysWhy() {
    String sql =
        "SELECT CAST(CASE WHEN i = 4000000 THEN 'no number' ELSE '1' END AS INT) AS n"
            + " FROM range(5000000) t(i)";
    ReadOptions options = ReadOptions.builder().batchRows(10_000).threads(1).build();
    try (FeatureReader reader = DataFiles.query(sql, options, memory)) {
      AtomicLong rows = new AtomicLong();
      assertThatThrownBy(() -> reader.forEach(batch -> rows.addAndGet(batch.root().getRowCount())))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("the query: cannot be read")
          .hasMessageContaining("no number");
      assertThat(rows.get()).isBetween(1L, 4_000_000L);
    }
  }
}
