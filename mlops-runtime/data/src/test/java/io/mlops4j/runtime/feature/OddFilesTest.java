package io.mlops4j.runtime.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.FeatureReader;
import io.mlops4j.feature.FeatureWriter;
import io.mlops4j.feature.ReadOptions;
import io.mlops4j.feature.WriteOptions;
import io.mlops4j.fixture.RowLines;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files that DuckDB or Arrow would read with other values, or fewer, and without an error. */
class OddFilesTest {
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

  private List<String> lines(Path file, ReadOptions options) {
    return RowLines.of(List.of(file), options, memory);
  }

  private void assertRefused(Path file, String... parts) {
    assertThatThrownBy(() -> lines(file, ReadOptions.defaults()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContainingAll(parts);
  }

  /** DuckDB drops the time of day. The numbers are days since 1970, by date -d. */
  @Test
  void aTimeOfDayAmongDatesIsNamed() throws IOException {
    String dates = "d,n\n" + "2001-05-01,1\n".repeat(MANY);
    assertThat(lines(text("d.csv", dates), ReadOptions.defaults()))
        .hasSize(MANY + 1)
        .endsWith("11443\t1");
    assertThat(lines(text("d.csv", dates + ",1\n2001-05-02 00:00:00,2\n"), ReadOptions.defaults()))
        .endsWith("null\t1", "11444\t2");
    assertRefused(
        text("d.csv", dates + "2001-05-02 07:30:00,2\n"),
        "row " + (MANY + 1) + " after the header",
        "column d: found 2001-05-02 07:30:00, expected a date");
    String others = "d\n" + "31/12/2001\n".repeat(MANY);
    assertThat(lines(text("d.csv", others), ReadOptions.defaults())).endsWith("11687");
    assertRefused(text("d.csv", others + "31/12/2001 07:30\n"), "31/12/2001 07:30");
  }

  /** The numbers are days since 1970, by date -d. */
  @Test
  void datesWithTheDayFirstAreRecognised() throws IOException {
    assertThat(lines(text("d.csv", "d\n31/12/2000\n02/01/2001\n"), ReadOptions.defaults()))
        .containsExactly("d", "11322", "11324");
    assertThat(lines(text("d.csv", "d\n12/31/2000\n01/02/2001\n"), ReadOptions.defaults()))
        .as("the month first")
        .containsExactly("d", "11322", "11324");
    assertThat(lines(text("d.csv", "d\n02/01/2001\n"), ReadOptions.defaults()))
        .as("not decided")
        .containsExactly("d", "11324");
    assertRefused(
        text("d.csv", "d\n" + "05/06/2001\n".repeat(MANY) + "12/31/2000\n"),
        "Line: " + (MANY + 2),
        "12/31/2000",
        "column \"d\"",
        "ReadOptions.type, such as STRING");
  }

  @Test
  void wideCharactersWithoutAMarkAreNamed() throws IOException {
    for (var charset :
        List.of(StandardCharsets.UTF_16BE, StandardCharsets.UTF_16LE, StandardCharsets.UTF_16)) {
      for (String name : List.of("w.csv", "w.jsonl")) {
        String text = name.endsWith(".csv") ? "a,b\n1,x\n" : "{\"a\": 1}\n";
        assertRefused(Files.write(folder.resolve(name), text.getBytes(charset)), "UTF-16");
      }
    }
    Path declared =
        Files.write(folder.resolve("w.csv"), "a,b\n1,x\n".getBytes(StandardCharsets.UTF_16LE));
    ReadOptions wide = ReadOptions.builder().encoding(StandardCharsets.UTF_16LE).build();
    assertThat(lines(declared, wide)).containsExactly("a\tb", "1\tx");
  }

  @Test
  void aFileOfSpacesAndLineEndsIsEmpty() throws IOException {
    for (String blank : List.of("\n", "\r\n\r\n", "   ", "\ufeff", "\ufeff\n")) {
      assertRefused(text("e.csv", blank), "found an empty file");
      assertRefused(text("e.jsonl", blank), "found an empty file");
    }
    assertThat(lines(text("e.csv", "a"), ReadOptions.defaults())).containsExactly("a");
    String json = "\n".repeat(1000) + "{\"a\": 1}\n";
    assertThat(lines(text("e.jsonl", json), ReadOptions.defaults())).containsExactly("a", "1");
  }

  /** DuckDB calls the second one A_1, and then has no values of it. */
  @Test
  void keysOfJsonThatDifferInCaseAreNamed() throws IOException {
    assertRefused(text("k.jsonl", "{\"a\": 1, \"A\": 2}\n"), "the keys a and A");
    assertThat(lines(text("k.jsonl", "{\"a\": 1, \"a_1\": 2}\n"), ReadOptions.defaults()))
        .containsExactly("a\ta_1", "1\t2");
    for (String name : List.of("k.jsonl", "k.json")) {
      String rows = "{\"A\": 1, \"a_1\": 2}\n".repeat(2);
      String both = name.endsWith("l") ? rows : "[" + rows.strip().replace("\n", ",") + "]";
      assertThat(lines(text(name, both), ReadOptions.defaults()))
          .containsExactly("A\ta_1", "1\t2", "1\t2");
      String late = both.replaceFirst("(?s)(.*)A", "$1a");
      assertRefused(text(name, late), "the keys A and a");
    }
  }

  @Test
  void aLineThatIsTooLongIsNamedInAShortMessage() throws IOException {
    Path file = text("l.csv", "a,b\n1," + "x".repeat(5_000_000) + "\n2,y\n");
    assertThatThrownBy(() -> lines(file, ReadOptions.defaults()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("l.csv")
        .hasMessageContaining("Maximum line size")
        .message()
        .hasSizeLessThan(5000);
    String long1 = "x".repeat(1_900_000);
    assertThat(lines(text("l.csv", "a,b\n1," + long1 + "\n2,y\n"), ReadOptions.defaults()))
        .containsExactly("a\tb", "1\t" + long1, "2\ty");
  }

  @Test
  void manyColumnsAreRead() throws IOException {
    String names = IntStream.range(0, 1500).mapToObj(i -> "c" + i).collect(Collectors.joining(","));
    String row = IntStream.range(0, 1500).mapToObj(i -> "" + i).collect(Collectors.joining(","));
    assertThat(lines(text("w.csv", names + "\n" + row + "\n"), ReadOptions.defaults()))
        .containsExactly(names.replace(',', '\t'), row.replace(',', '\t'));
  }

  @Test
  void aNeededColumnThatStandsTwiceIsNamed() {
    Path file = folder.resolve("twice.arrow");
    List<FieldVector> columns = new ArrayList<>();
    for (String name : List.of("a", "b", "a")) {
      IntVector column = new IntVector(name, memory);
      column.allocateNew(1);
      column.set(0, columns.size());
      column.setValueCount(1);
      columns.add(column);
    }
    try (VectorSchemaRoot root = new VectorSchemaRoot(columns);
        FeatureWriter writer = DataFiles.create(file, WriteOptions.defaults());
        FeatureBatch batch = FeatureBatch.of(root)) {
      writer.write(batch);
      writer.commit();
    }
    assertThat(lines(file, ReadOptions.defaults())).containsExactly("a\tb\ta", "0\t1\t2");
    assertThat(lines(file, ReadOptions.builder().columns("b").build())).containsExactly("b", "1");
    assertThatThrownBy(() -> lines(file, ReadOptions.builder().columns("a").build()))
        .isInstanceOf(DataException.class)
        .hasMessageContainingAll("twice.arrow", "found two columns a");

    JdbcDataSource h2 = new JdbcDataSource();
    h2.setURL("jdbc:h2:mem:");
    for (ReadOptions options :
        List.of(ReadOptions.defaults(), ReadOptions.builder().columns("A").build())) {
      assertThatThrownBy(
              () -> DataFiles.query(h2, "SELECT 1 AS A, 2 AS A", options, List.of(), memory))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("the query: cannot be read: found two columns A");
    }
  }

  /** A WITH clause hides a file of its name, but in the clause itself it is the file. */
  @Test
  void onlyFilesThatAQueryReadsAreWatched() throws IOException {
    Path file = text("f.csv", "n\n" + "7\n".repeat(200_000));
    String name = "\"" + file + "\"";
    String rows = "(SELECT n FROM range(200000) r(n))";
    for (String hidden :
        List.of(
            "WITH %1$s AS %2$s SELECT * FROM %1$s",
            "WITH %1$s AS %2$s, t AS (SELECT * FROM %1$s) SELECT * FROM t",
            "SELECT * FROM (WITH %1$s AS %2$s SELECT * FROM (SELECT * FROM %1$s))")) {
      try (FeatureReader reader = changing(file, hidden.formatted(name, rows))) {
        assertThat(RowLines.of(reader)).hasSizeGreaterThan(198_000);
      }
    }
    for (String read :
        List.of(
            "WITH %1$s AS (SELECT * FROM %1$s) SELECT * FROM %1$s",
            "WITH t AS (SELECT * FROM %1$s), %1$s AS %2$s SELECT * FROM t",
            "SELECT * FROM (WITH %1$s AS %2$s SELECT 1) a, %1$s")) {
      try (FeatureReader reader = changing(file, read.formatted(name, rows))) {
        assertThatThrownBy(() -> RowLines.of(reader))
            .as(read)
            .isInstanceOf(DataException.class)
            .hasMessageContaining(file + " was changed");
      }
    }
  }

  /** Returns the rows behind the first batch of a query; after that, the file has another time. */
  private FeatureReader changing(Path file, String sql) {
    FeatureReader reader =
        DataFiles.query(sql, ReadOptions.builder().batchRows(1000).build(), memory);
    Iterator<FeatureBatch> batches = reader.iterator();
    batches.next();
    return new FeatureReader() {
      @Override
      public Iterator<FeatureBatch> iterator() {
        try {
          FileTime before = Files.getLastModifiedTime(file);
          Files.setLastModifiedTime(file, FileTime.fromMillis(before.toMillis() - 1000));
        } catch (IOException e) {
          throw new AssertionError(e);
        }
        return batches;
      }

      @Override
      public void close() {
        reader.close();
      }
    };
  }

  /** DuckDB alone takes such rows for comments, and leaves them or the end of a value out. */
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "a,b|1,2|#N/A,3|4,5; a~b|1~2|#N/A~3|4~5",
        "a,b|1,2|3,#N/A|4,5; a~b|1~2|3~#N/A|4~5",
        "# by hand|a,b|1,2|#N/A,3|4,t#u; a~b|1~2|#N/A~3|4~t#u",
        "|# by hand, in May||# twice|a,b|1,2; a~b|1~2",
        "#a,b|x,2|#y,3; #a~b|x~2|#y~3",
        "# by hand|a,b|1,2|#3; refused: 'Line: 4'",
      })
  void aRowOfCsvThatBeginsWithASignOfCommentsIsARow(String csv, String expected)
      throws IOException {
    Path file = text("c.csv", csv.replace('|', '\n') + "\n");
    if (expected.startsWith("refused: ")) {
      assertRefused(file, expected.substring(10, expected.length() - 1));
    } else {
      assertThat(lines(file, ReadOptions.defaults()))
          .containsExactly(expected.replace('~', '\t').split("\\|"));
    }
  }

  private Path parquet(String name, String select) {
    Path file = folder.resolve(name);
    try (FeatureReader rows = DataFiles.query(select, ReadOptions.defaults(), memory);
        FeatureWriter out = DataFiles.create(file, WriteOptions.defaults())) {
      rows.forEach(out::write);
      out.commit();
    }
    return file;
  }

  /** DuckDB alone reads all files with the types of the first one, and 3.7 as 4. */
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "1; 3.7::DOUBLE; refused",
        "1::FLOAT; 16777217; refused",
        "1.5::DECIMAL(4, 1); 2.25::DECIMAL(4, 2); refused",
        "1; concat('3.7'); refused",
        "TIMESTAMP '2001-05-31 07:30:00'; TIMESTAMP_NS '2001-05-31 07:30:00.000000001'; refused",
        "1; 7::BIGINT; 7",
        "0.5::DOUBLE; 7; 7.0",
        "2.25::DECIMAL(4, 2); 1.5::DECIMAL(4, 1); 1.50",
        "concat('x'); 7; 7",
      })
  void parquetFilesOfOtherTypesKeepTheirValues(String first, String later, String expected) {
    List<Path> files =
        List.of(
            parquet("a.parquet", "SELECT " + first + " AS n, 1 AS id"),
            parquet("b.parquet", "SELECT " + later + " AS n, 2 AS id"));
    if (expected.equals("refused")) {
      assertThatThrownBy(() -> DataFiles.open(files, ReadOptions.defaults(), memory).close())
          .isInstanceOf(DataException.class)
          .hasMessageContainingAll("b.parquet: found the type ", "of column n", "union_by_name");
      ReadOptions others = ReadOptions.builder().columns("id").build();
      try (FeatureReader reader = DataFiles.open(files, others, memory)) {
        assertThat(RowLines.of(reader)).containsExactly("id", "1", "2");
      }
    } else {
      try (FeatureReader reader = DataFiles.open(files, ReadOptions.defaults(), memory)) {
        assertThat(RowLines.of(reader)).endsWith(expected + "\t2");
      }
    }
  }

  @Test
  void linesOfCsvWithDifferentEndsAreNamed() throws IOException {
    assertRefused(text("m.csv", "a,b\n1,2\n3,4\r\n"), "found lines with different ends");
    String many = "a,b\r\n" + "1,2\r\n".repeat(MANY);
    assertRefused(text("m.csv", many + "3,4\n"), "found lines with different ends");
  }

  @Test
  void tooLittleMemoryIsNamedWithTheOptions() throws IOException {
    ReadOptions little = ReadOptions.builder().threads(1).memoryBytes(1000).build();
    Path file = text("m.jsonl", "{\"a\": 1}\n");
    assertThatThrownBy(() -> lines(file, little))
        .isInstanceOf(DataException.class)
        .hasMessageContainingAll("m.jsonl: cannot be read", "Out of Memory", "ReadOptions.spill")
        .message()
        .doesNotContain("temp_directory");
  }

  @Test
  void anEmptyFileAmongOthersIsNamedIfItIsCsv() throws IOException {
    List<Path> csv = List.of(text("1.csv", "a,b\n1,2\n"), text("2.csv", "\n"));
    assertThatThrownBy(() -> DataFiles.open(csv, ReadOptions.defaults(), memory).close())
        .isInstanceOf(DataException.class)
        .hasMessageContaining("2.csv: found an empty file");
    List<Path> json = List.of(text("1.jsonl", "{\"a\": 1}\n"), text("2.jsonl", "\n"));
    try (FeatureReader reader = DataFiles.open(json, ReadOptions.defaults(), memory)) {
      assertThat(RowLines.of(reader)).containsExactly("a", "1");
    }
  }
}
