package io.mlops4j.runtime.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.FeatureReader;
import io.mlops4j.feature.ReadOptions;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.FeatureSchema;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VarCharVector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DataFilesTest {
  private static final String CSV = "id,distance,origin\n1,2176,LAS\n2,236,SFO\n3,,\n";

  private final RootAllocator memory = new RootAllocator();
  @TempDir private Path folder;
  private Path flights;

  @BeforeEach
  void write() throws IOException {
    flights = text("flights.csv", CSV);
  }

  @AfterEach
  void nothingIsLeftAllocated() {
    memory.close();
  }

  private Path text(String name, String content) throws IOException {
    return Files.writeString(folder.resolve(name), content);
  }

  private List<String> rows(Path file, ReadOptions options) {
    try (FeatureReader reader = DataFiles.open(List.of(file), options, memory)) {
      return rows(reader);
    }
  }

  private static List<String> rows(FeatureReader reader) {
    List<String> rows = new ArrayList<>();
    for (FeatureBatch batch : reader) {
      batch.root().contentToTSVString().lines().skip(rows.isEmpty() ? 0 : 1).forEach(rows::add);
    }
    return rows;
  }

  private static ReadOptions.Builder options() {
    return ReadOptions.builder();
  }

  @ParameterizedTest
  @CsvSource({"a.csv, ','", "a.tsv, '\t'", "a.CSV, ';'"})
  void readsCsv(String name, String delimiter) throws IOException {
    Path file = text(name, CSV.replace(",", delimiter));
    assertThat(rows(file, ReadOptions.defaults()))
        .containsExactly("id\tdistance\torigin", "1\t2176\tLAS", "2\t236\tSFO", "3\tnull\tnull");
  }

  @Test
  void readsCompressedCsv() throws IOException {
    Path file = folder.resolve("a.csv.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write(CSV.getBytes(StandardCharsets.UTF_8));
    }
    assertThat(rows(file, ReadOptions.defaults())).hasSize(4).contains("2\t236\tSFO");
  }

  @ParameterizedTest
  @CsvSource({"a.jsonl", "a.ndjson", "a.json", "unnamed"})
  void readsJsonLines(String name) throws IOException {
    Path file = text(name, "{\"id\": 1, \"to\": {\"x\": [1.5]}}\n{\"id\": 2, \"to\": null}\n");
    assertThat(rows(file, ReadOptions.defaults()))
        .containsExactly("id\tto", "1\t{\"x\":[1.5]}", "2\tnull");
  }

  @Test
  void readsChosenColumnsAndRows() {
    assertThat(rows(flights, options().columns("origin", "id").filter("id < 3 -- few").build()))
        .containsExactly("origin\tid", "LAS\t1", "SFO\t2");
  }

  @Test
  void readsTheColumnsOfAModel() {
    FeatureSchema schema = FeatureSchema.ofNames("distance", "origin").withKey("id");
    assertThat(rows(flights, options().features(schema).build()).get(0))
        .isEqualTo("id\tdistance\torigin");
    assertThatThrownBy(
            () -> rows(flights, options().features(FeatureSchema.ofNames("distanc")).build()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(flights + ": cannot be read: found no column distanc")
        .hasMessageContaining("did you mean \"distance\"?");
  }

  @Test
  void setsTypesAndForm() throws IOException {
    Path file = text("b.csv", "007;NA\n008;1\n");
    ReadOptions options =
        options()
            .delimiter(";")
            .header(false)
            .nullTexts("NA")
            .type("column0", ElementType.STRING)
            .type("column1", ElementType.FLOAT32)
            .build();
    assertThat(rows(file, options)).containsExactly("column0\tcolumn1", "007\tnull", "008\t1.0");
  }

  @Test
  void readsAnotherEncoding() throws IOException {
    Path file = folder.resolve("l.csv");
    Files.write(file, "name\nJosé\n".getBytes(StandardCharsets.ISO_8859_1));
    assertThat(rows(file, options().encoding(StandardCharsets.ISO_8859_1).build()))
        .containsExactly("name", "José");
    assertThatThrownBy(() -> rows(file, ReadOptions.defaults()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("l.csv");
  }

  @Test
  void readsSeveralFilesInOrder() throws IOException {
    Path more = text("more.csv", "id,distance,origin\n9,1,JFK\n");
    try (FeatureReader reader =
        DataFiles.open(List.of(more, flights), ReadOptions.defaults(), memory)) {
      assertThat(rows(reader)).startsWith("id\tdistance\torigin", "9\t1\tJFK", "1\t2176\tLAS");
    }
  }

  /** Names that would be patterns or end a quote. */
  @ParameterizedTest
  @CsvSource({"it''s.csv", "a[1].csv", "a*.csv", "'a\", b.csv'"})
  void readsFilesOfAnyName(String name) throws IOException {
    Path file = text(name, "id\n1\n");
    text("a1.csv", "id\n2\n");
    assertThat(rows(file, ReadOptions.defaults())).containsExactly("id", "1");
  }

  @Test
  void queriesFiles() {
    String sql = "SELECT count(*) AS n, max(origin) AS o FROM '" + flights + "' -- all";
    try (FeatureReader reader = DataFiles.query(sql, ReadOptions.defaults(), memory)) {
      assertThat(rows(reader)).containsExactly("n\to", "3\tSFO");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "SELECT 1; SELECT 2 | a single SELECT",
        "COPY (SELECT 1) TO 'x.csv' | a single SELECT",
        "INSTALL httpfs | a single SELECT",
        "SELECT * FROM 'https://example.org/a.parquet' | example.org",
        "SELECT * FROM no_table | no_table",
        "SELECT | query",
      })
  void refusesOtherStatements(String sql, String named) {
    assertThatThrownBy(() -> DataFiles.query(sql, ReadOptions.defaults(), memory))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(named);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"x,236,SFO | 50002", "1,2,3,4,5 | 50002", "1,2 | 50002"})
  void namesTheLineOfABrokenRow(String line, String number) throws IOException {
    String good = "1,2176,LAS\n".repeat(50_000);
    Path file = text("broken.csv", "id,distance,origin\n" + good + line + "\n" + good);
    assertThatThrownBy(() -> rows(file, ReadOptions.defaults()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("broken.csv")
        .hasMessageContaining(number);
  }

  @Test
  void noticesAChangeWhileItReads() throws IOException {
    Path file = text("c.csv", "id\n" + "1\n".repeat(5000));
    try (FeatureReader reader =
        DataFiles.open(List.of(file), options().batchRows(100).build(), memory)) {
      Iterator<FeatureBatch> batches = reader.iterator();
      batches.next();
      Files.writeString(file, "2\n", StandardOpenOption.APPEND);
      assertThatThrownBy(() -> batches.forEachRemaining(batch -> {}))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("was changed while it was read");
    }
  }

  @Test
  void rejectsADamagedParquetFile() throws IOException {
    Path file = folder.resolve("d.parquet");
    Files.writeString(file, "PAR1 not really PAR1");
    assertThatThrownBy(() -> rows(file, ReadOptions.defaults()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("d.parquet");
  }

  @Test
  void readsTextsAsVarChar() {
    try (FeatureReader reader =
        DataFiles.open(List.of(flights), options().columns("origin").build(), memory)) {
      assertThat(reader.iterator().next().column("origin")).isInstanceOf(VarCharVector.class);
    }
  }
}
