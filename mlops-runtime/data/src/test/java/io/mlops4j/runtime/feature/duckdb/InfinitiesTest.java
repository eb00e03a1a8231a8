package io.mlops4j.runtime.feature.duckdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.FeatureReader;
import io.mlops4j.feature.ReadOptions;
import io.mlops4j.model.ElementType;
import io.mlops4j.runtime.feature.DataFiles;
import io.mlops4j.runtime.feature.reading.DataFormat;
import io.mlops4j.runtime.internal.duckdb.DuckDb;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.RootAllocator;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Infinities are what the file calls so, never a number that is too large. */
class InfinitiesTest {
  /** More rows than those by which types are recognised. */
  private static final int MANY = 25_000;

  private final RootAllocator memory = new RootAllocator();
  @TempDir private Path folder;

  @AfterEach
  void nothingIsLeftAllocated() {
    memory.close();
  }

  private Path text(String name, String content) throws IOException {
    return Files.writeString(folder.resolve(name), content);
  }

  /** Returns the values of a column. */
  private List<Object> values(Path file, String column, ReadOptions options) {
    List<Object> values = new ArrayList<>();
    try (FeatureReader reader = DataFiles.open(List.of(file), options, memory)) {
      for (FeatureBatch batch : reader) {
        for (int i = 0; i < batch.rows(); i++) {
          values.add(batch.column(column).getObject(i));
        }
      }
    }
    return values;
  }

  private void assertRefused(Path file, ReadOptions options, String... parts) {
    assertThatThrownBy(() -> values(file, "n", options))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(file + ": cannot be read")
        .hasMessageContainingAll(parts);
  }

  @ParameterizedTest
  @ValueSource(strings = {"1e400", "-1e400", "1.8e308", "123456789e999"})
  void aNumberThatIsTooLargeIsNamed(String number) throws IOException {
    for (int before : new int[] {1, MANY}) {
      Path csv = text("n.csv", "k,n\n" + "1,1.5\n".repeat(before) + "1," + number + "\n");
      Path json =
          text(
              "n.jsonl",
              "{\"k\": 1, \"n\": 1.5}\n".repeat(before) + "{\"k\": 1, \"n\": " + number + "}\n");
      for (Path file : List.of(csv, json)) {
        String place = file.equals(csv) ? "row %d after the header: " : "line %d: ";
        String row = place.formatted(before + 1) + "column n: found " + number;
        assertRefused(file, ReadOptions.defaults(), row, "float64", "inf");
        assertRefused(file, ReadOptions.builder().filter("k = 1").build(), row);
        assertRefused(file, ReadOptions.builder().columns("n").build(), row);
        assertThat(values(file, "k", ReadOptions.builder().columns("k").build()))
            .as("the column is not read")
            .hasSize(before + 1);
        ReadOptions asText = ReadOptions.builder().type("n", ElementType.STRING).build();
        assertThat(values(file, "n", asText).get(before)).hasToString(number);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"row", "Row", "row_1", "line", "t"})
  void theNameOfAColumnDoesNotMatter(String name) throws IOException {
    Path csv = text("n.csv", name + ",k\n1.5,2\n1e400,3\n");
    Path json = text("n.jsonl", "{\"%1$s\": 1.5}%n{\"%1$s\": 1e400}%n".formatted(name));
    for (Path file : List.of(csv, json)) {
      assertRefused(
          file,
          ReadOptions.defaults(),
          (file.equals(csv) ? "row 2 after the header: " : "line 2: ")
              + "column "
              + name
              + ": found 1e400",
          "float64");
    }
    Path good = text("n.csv", name + ",k\n1.5,2\ninf,3\n");
    assertThat(values(good, name, ReadOptions.defaults()))
        .containsExactly(1.5, Double.POSITIVE_INFINITY);
  }

  /** A number in a row that is not read does not matter, wherever it is. */
  @Test
  void onlyRowsOfTheFilterAreSearched() throws IOException {
    Path csv = text("n.csv", "n,k,d\n1e400,1,05-31-2001\ninf,7,06-30-2001\n-2.5,7,07-31-2001\n");
    Path json =
        text(
            "n.jsonl",
            """
            {"n": 1e400, "k": 1, "in": {"a": [0.5]}}
            {"n": Infinity, "k": 7, "in": {"a": [Infinity]}}
            {"n": -2.5, "k": 7, "in": {"a": [1.5]}}
            """);
    for (Path file : List.of(csv, json)) {
      for (String filter : List.of("k > 5", "(n < 0 OR k = 7) -- and no other")) {
        ReadOptions some = ReadOptions.builder().filter(filter).threads(1).build();
        assertThat(values(file, "n", some)).containsExactly(Double.POSITIVE_INFINITY, -2.5);
      }
      ReadOptions number = ReadOptions.builder().filter("n > 0").build();
      assertRefused(file, number, "found 1e400", file.equals(csv) ? "row 1 after" : "line 1:");
    }
    ReadOptions inside = ReadOptions.builder().filter("\"in\".a[1] > 1").build();
    assertThat(values(json, "n", inside)).containsExactly(Double.POSITIVE_INFINITY, -2.5);
    ReadOptions dates = ReadOptions.builder().filter("d > DATE '2001-06-01'").build();
    assertThat(values(csv, "n", dates)).containsExactly(Double.POSITIVE_INFINITY, -2.5);
  }

  @Test
  void theFileOfSeveralIsNamed() throws IOException {
    text("p1.csv", "1.5\ninf\n");
    Path bad = text("p2.csv", "2.5\n1e400\n");
    ReadOptions plain = ReadOptions.builder().header(false).build();
    assertThatThrownBy(() -> values(folder.resolve("p?.csv"), "column0", plain))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(bad + ", row 2: column column0: found 1e400");
  }

  @Test
  void theSearchHasTheLimitsOfTheReader() throws IOException {
    Path csv = text("n.csv", "n\ninf\n");
    ReadOptions limits = ReadOptions.builder().threads(1).memoryBytes(64 << 20).build();
    try (DuckDb database = new TextFiles(DataFormat.CSV, List.of(csv), limits, null).database()) {
      assertThat(
              database.texts(
                  "SELECT current_setting('threads') || ', ' || current_setting('memory_limit')"))
          .containsExactly("1, 64.0 MiB");
    }
  }

  @ParameterizedTest
  @CsvSource({"1e400, 1e400", "1e39, 39", "-1e39, 39", "1e300, 300"})
  void aNumberThatIsTooLargeForFloat32IsNamed(String number, String shown) throws IOException {
    ReadOptions single = ReadOptions.builder().type("n", ElementType.FLOAT32).build();
    Path csv = text("n.csv", "n\n1.5\n" + number + "\n");
    Path json = text("n.jsonl", "{\"n\": 1.5}\n{\"n\": " + number + "}\n");
    assertRefused(csv, single, "column n", shown);
    assertRefused(json, single, shown);
  }

  @Test
  void infinitiesAreRead() throws IOException {
    Path csv = text("n.csv", "n\n1.5\ninf\n-Infinity\nnan\n" + "2.5\n".repeat(MANY) + "-inf\n");
    List<Object> values = values(csv, "n", ReadOptions.defaults());
    assertThat(values).hasSize(MANY + 5).startsWith(1.5, Double.POSITIVE_INFINITY);
    assertThat(values.get(2)).isEqualTo(Double.NEGATIVE_INFINITY);
    assertThat(values.get(3)).isEqualTo(Double.NaN);
    assertThat(values.get(MANY + 4)).isEqualTo(Double.NEGATIVE_INFINITY);
    ReadOptions single = ReadOptions.builder().type("n", ElementType.FLOAT32).build();
    assertThat(values(csv, "n", single)).startsWith(1.5f, Float.POSITIVE_INFINITY);

    Path json = text("n.jsonl", "{\"n\": 1.5}\n{\"n\": -Infinity}\n");
    assertThat(values(json, "n", ReadOptions.defaults()))
        .containsExactly(1.5, Double.NEGATIVE_INFINITY);

    Path late = text("late.csv", "n\n1.5\ninf\n" + "2.5\n".repeat(MANY) + "1e999\n");
    assertRefused(late, ReadOptions.defaults(), "row " + (MANY + 3), "1e999");
  }

  @Test
  void numbersInsideJsonAreNamed() throws IOException {
    String row = "{\"n\": {\"k\": [%s, 2.5]}, \"t\": \"1e400\"}%n";
    Path file = text("n.jsonl", row.formatted("1.5").repeat(3) + row.formatted("-1e400"));
    assertRefused(file, ReadOptions.defaults(), "line 4", "column n", "-1e400");
    Path good = text("n.jsonl", row.formatted("1.5") + row.formatted("Infinity"));
    assertThat(values(good, "n", ReadOptions.defaults())).hasSize(2);
  }

  /** PostgreSQL's numeric has infinities of its own; JdbcQueryTest has them. */
  @Test
  void numbersOfADatabaseAreNamed() {
    JdbcDataSource h2 = new JdbcDataSource();
    h2.setURL("jdbc:h2:mem:");
    for (String number :
        List.of("CAST('1E400' AS DECFLOAT)", "ARRAY[CAST('1E400' AS NUMERIC(401))]")) {
      assertThatThrownBy(
              () -> {
                try (FeatureReader rows =
                    DataFiles.query(
                        h2,
                        "SELECT " + number + " AS \"n\"",
                        ReadOptions.defaults(),
                        List.of(),
                        memory)) {
                  rows.forEach(batch -> {});
                }
              })
          .as(number)
          .isInstanceOf(DataException.class)
          .hasMessageContainingAll("column n", "exceeds a float64");
    }
  }
}
