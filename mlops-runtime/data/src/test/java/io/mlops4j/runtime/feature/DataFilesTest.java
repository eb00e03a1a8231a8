package io.mlops4j.runtime.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.FeatureReader;
import io.mlops4j.feature.FeatureWriter;
import io.mlops4j.feature.ReadOptions;
import io.mlops4j.feature.ReadProgress;
import io.mlops4j.feature.WriteOptions;
import io.mlops4j.fixture.RowLines;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.Feature;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.model.ModelSignature;
import io.mlops4j.model.Narrowing;
import io.mlops4j.model.TensorSpec;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.complex.MapVector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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
    return RowLines.of(List.of(file), options, memory);
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

  @ParameterizedTest
  @CsvSource({
    "'1,2', 5, 3",
    "'1,2', 5, 7",
    "'1,2,3,4', 5, 3",
    "'1,2,3,4', 5, 7",
    "'1,2', 3000, 1500",
    "'1,2', 3000, 3002",
    "'1,2,3,4', 30000, 20000",
  })
  void aLineWithTooFewOrTooManyValuesIsFoundWhereverItIs(String line, int good, int at)
      throws IOException {
    List<String> lines = new ArrayList<>(Collections.nCopies(good + 1, "1,2176,LAS"));
    lines.set(0, "id,distance,origin");
    lines.add(at - 1, line);
    Path file = text("broken.csv", String.join("\n", lines) + "\n");
    assertThatThrownBy(() -> rows(file, ReadOptions.defaults()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("broken.csv: cannot be read")
        .hasMessageContaining("Line: " + at)
        .hasMessageContaining(line)
        .message()
        .doesNotContain("strict_mode", "Candidates");
    assertThatThrownBy(() -> rows(file, options().delimiter(",").build()))
        .hasMessageContaining("Line: " + at);
  }

  @Test
  void theFirstLineDecidesWhatSeparatesValues() throws IOException {
    List<List<String>> files =
        List.of(
            List.of("a,b\n1;x,2\n", "a\tb", "1;x\t2"),
            List.of("a;b\n1,5;2\n", "a\tb", "1,5\t2"),
            List.of("\"a;;x\",b\n1,2\n", "a;;x\tb", "1\t2"),
            List.of("\ufeffa|b\n1|2\n", "a\tb", "1\t2"),
            List.of("a\n\"1,2\"\n\"3,4\"\n", "a", "1,2"),
            List.of("# by hand, in May\na;b\n1;2\n", "a\tb", "1\t2"));
    for (List<String> each : files) {
      Path file = text("separated.csv", each.get(0));
      assertThat(rows(file, ReadOptions.defaults())).startsWith(each.get(1), each.get(2));
    }
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
  void aFileThatDoesNotExistIsNamedBeforeAnyOption() {
    Path absent = folder.resolve("absent.csv.gz");
    ReadOptions typed = options().type("id", ElementType.STRING).build();
    String missing = absent + ": found no such file, expected a file of rows; check the path";
    assertThatThrownBy(() -> rows(absent, typed))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith(missing);
    assertThatThrownBy(() -> DataFiles.open(List.of(flights, absent), typed, memory))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith(missing);
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
  void aNameThatStandsTwiceGetsANumber() throws IOException {
    assertThat(rows(text("twice.csv", "id,x,id\n1,2,3\n"), ReadOptions.defaults()))
        .containsExactly("id\tx\tid_1", "1\t2\t3");
  }

  @Test
  void readsSeveralFilesInOrder() throws IOException {
    Path more = text("more.csv", "id,distance,origin\n9,1,JFK\n");
    try (FeatureReader reader =
        DataFiles.open(List.of(more, flights), ReadOptions.defaults(), memory)) {
      assertThat(RowLines.of(reader))
          .startsWith("id\tdistance\torigin", "9\t1\tJFK", "1\t2176\tLAS");
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
      assertThat(RowLines.of(reader)).containsExactly("n\to", "3\tSFO");
    }
  }

  /** Programs write such queries. */
  @Test
  void queriesAreNestedDeeply() {
    for (String sql :
        List.of(
            "SELECT * FROM (".repeat(400) + "SELECT 401 AS n" + ")".repeat(400),
            "SELECT 1" + " + 1".repeat(400) + " AS n",
            "SELECT count(*) AS n FROM (SELECT 1" + " UNION ALL SELECT 1".repeat(400) + ")")) {
      try (FeatureReader reader = DataFiles.query(sql, ReadOptions.defaults(), memory)) {
        assertThat(RowLines.of(reader)).containsExactly("n", "401");
      }
    }
  }

  /** By itself, DuckDB overflows the stack of a Java thread, and the process dies. */
  @Test
  void anExpressionThatIsTooDeepIsRefused() {
    String sql = "SELECT 1" + " + 1".repeat(990) + " AS n";
    assertThatThrownBy(() -> DataFiles.query(sql, ReadOptions.defaults(), memory))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("Max expression depth limit of 500 exceeded");
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

  @ParameterizedTest
  @ValueSource(strings = {"c.csv", "c.jsonl", "c.parquet"})
  void aQueryNoticesAChangeWhileItReads(String name) throws IOException {
    Path file = folder.resolve(name);
    String rows = "SELECT i AS id FROM range(200000) r(i)";
    if (name.endsWith(".parquet")) {
      try (FeatureReader reader = DataFiles.query(rows, ReadOptions.defaults(), memory);
          FeatureWriter writer = DataFiles.create(file, WriteOptions.defaults())) {
        reader.forEach(writer::write);
        writer.commit();
      }
    } else {
      String one = name.endsWith(".csv") ? "%d\n" : "{\"id\": %d}\n";
      text(
          name,
          IntStream.range(0, 200_000)
              .mapToObj(one::formatted)
              .collect(Collectors.joining("", name.endsWith(".csv") ? "id\n" : "", "")));
    }
    String pattern = folder.resolve(name.replace("c.", "[a-d].")).toString();
    for (String source : List.of(file.toString(), pattern)) {
      String sql = "SELECT * FROM (SELECT id + 1 AS next FROM '" + source + "') -- 'c.csv'";
      long read = 0;
      try (FeatureReader reader = DataFiles.query(sql, ReadOptions.defaults(), memory)) {
        for (FeatureBatch batch : reader) {
          read += batch.rows();
        }
      }
      assertThat(read).as("unchanged").isEqualTo(200_000);
      try (FeatureReader reader = DataFiles.query(sql, options().batchRows(1000).build(), memory)) {
        Iterator<FeatureBatch> batches = reader.iterator();
        batches.next();
        Files.setLastModifiedTime(file, FileTime.fromMillis(source.length()));
        assertThatThrownBy(() -> batches.forEachRemaining(batch -> {}))
            .isInstanceOf(DataException.class)
            .hasMessageContaining("the query: cannot be read: " + file + " was changed");
      }
    }
  }

  @Test
  void parsesTextAsTheTypesOfTheFeatures() throws IOException {
    Path json = text("f.jsonl", "{\"id\": 1, \"distance\": 2176, \"origin\": \"LAS\"}\n");
    FeatureSchema schema =
        FeatureSchema.of(
            Feature.of("distance", ElementType.FLOAT32), Feature.of("id", ElementType.INT32));
    for (Path file : List.of(flights, json)) {
      try (FeatureReader reader =
          DataFiles.open(List.of(file), options().features(schema).build(), memory)) {
        FeatureBatch batch = reader.iterator().next();
        assertThat(batch.column("distance")).isInstanceOf(Float4Vector.class);
        assertThat(batch.column("id")).isInstanceOf(IntVector.class);
      }
    }
  }

  @Test
  void checksTypesBeforeTheFirstRow() {
    Path parquet = folder.resolve("t.parquet");
    copy(flights, parquet, WriteOptions.defaults());
    TensorSpec spec = TensorSpec.ofAnyRank("distance", ElementType.FLOAT32);
    ModelSignature model = new ModelSignature(List.of(spec), List.of());
    FeatureSchema plain = FeatureSchema.ofNames("distance");
    assertThatThrownBy(() -> rows(parquet, options().features(plain, model).build()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(parquet + ": cannot be read: distance: found int64, expected float32")
        .hasMessageContaining("LoadOptions.lenientColumns");
    FeatureSchema narrowed = plain.withNarrowing(Narrowing.CHECKED);
    assertThat(rows(parquet, options().features(narrowed, model).build()))
        .containsExactly("distance", "2176", "236", "null");
    FeatureSchema typed = FeatureSchema.of(Feature.of("origin", ElementType.FLOAT32));
    assertThatThrownBy(() -> rows(parquet, options().features(typed).build()))
        .hasMessageContaining("origin: found string, expected float32");
  }

  private void copy(Path from, Path to, WriteOptions options) {
    try (FeatureReader reader = DataFiles.open(from, memory);
        FeatureWriter writer = DataFiles.create(to, options)) {
      for (FeatureBatch batch : reader) {
        writer.write(batch);
      }
      writer.commit();
    }
  }

  /** DuckDB alone rounds the fraction. */
  @ParameterizedTest
  @CsvSource({"late.csv, n, ''", "late.jsonl, '{\"n\": ', '}'"})
  void rejectsFractionsAmongWholeNumbers(String name, String before, String after)
      throws IOException {
    boolean csv = before.equals("n");
    String start = csv ? "" : before;
    String good = start + "1" + after + "\n";
    String rows = good.repeat(30_000) + start + "3.7" + after + "\n";
    Path file = text(name, (csv ? "n\n" : "") + rows);
    ReadOptions whole =
        csv ? ReadOptions.defaults() : options().type("n", ElementType.INT64).build();
    assertThatThrownBy(() -> rows(file, whole))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(csv ? "row 30001 after the header" : "at line 30001: ")
        .hasMessageContaining("column n: found 3.7, expected a whole number")
        .hasMessageContaining("ReadOptions.type");
    assertThat(rows(file, options().type("n", ElementType.FLOAT64).build()))
        .contains("3.7")
        .hasSize(30_002);
    assertThatThrownBy(() -> rows(file, options().type("n", ElementType.INT64).build()))
        .hasMessageContaining("found 3.7");
    Path parquet = folder.resolve("n.parquet");
    try (FeatureReader reader =
            DataFiles.open(
                List.of(file), options().type("n", ElementType.FLOAT64).build(), memory);
        FeatureWriter writer = DataFiles.create(parquet, WriteOptions.defaults())) {
      reader.forEach(writer::write);
      writer.commit();
    }
    assertThatThrownBy(() -> rows(parquet, options().type("n", ElementType.INT64).build()))
        .hasMessageContaining("column n: found 3.7");
  }

  @Test
  void rejectsEmptyFilesUnlessOthersHaveRows() throws IOException {
    for (String name : List.of("empty.csv", "empty.jsonl")) {
      Path empty = text(name, "");
      assertThatThrownBy(() -> rows(empty, ReadOptions.defaults()))
          .isInstanceOf(DataException.class)
          .hasMessageContaining(name + ": found an empty file");
    }
    List<Path> parts = List.of(text("b.jsonl", "{\"n\": 7}\n"), folder.resolve("empty.jsonl"));
    try (FeatureReader reader = DataFiles.open(parts, ReadOptions.defaults(), memory)) {
      assertThat(reader.iterator().next().root().contentToTSVString()).isEqualTo("n\n7\n");
    }
  }

  /** Objects with more than 200 different names are maps. */
  @Test
  void readsMapsOfJson() throws IOException {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 30_000; i++) {
      lines.append("{\"n\": {\"k%d\": 9007199254740993, \"of\": null}}%n".formatted(i % 300));
    }
    Path good = text("map.jsonl", lines.toString());
    try (FeatureReader reader = DataFiles.open(good, memory)) {
      FeatureBatch batch = reader.iterator().next();
      assertThat(batch.column("n")).isInstanceOf(MapVector.class);
      assertThat(batch.column("n").getObject(299))
          .hasToString("[{\"key\":\"k299\",\"value\":9007199254740993},{\"key\":\"of\"}]");
    }
    Path late = text("late.jsonl", lines + "{\"n\": {\"k1\": 3.7}}\n");
    assertThat(rows(late, ReadOptions.defaults())).endsWith("[{\"key\":\"k1\",\"value\":3.7}]");
  }

  @Test
  void readsWholeNumbersInsideJsonExactly() throws IOException {
    Path file =
        text(
            "k.jsonl",
            """
            {"k": {"id": 9007199254740993, "of": [-9223372036854775808, null], "x": 0.5}}
            {"k": {"id": null, "of": [], "x": 2}}
            {"k": null}
            """);
    assertThat(rows(file, ReadOptions.defaults()))
        .contains("{\"id\":9007199254740993,\"of\":[-9223372036854775808,null],\"x\":0.5}");
  }

  @Test
  void readsWholeNumbersOf64Bits() throws IOException {
    Path file = text("k.csv", "key,n\n9007199254740993,1\n-9223372036854775808,2\n,3\n");
    assertThat(rows(file, ReadOptions.defaults()))
        .containsExactly("key\tn", "9007199254740993\t1", "-9223372036854775808\t2", "null\t3");
    Path late = text("l.csv", "key\n" + "1\n".repeat(30_000) + "9007199254740993\n");
    assertThatThrownBy(() -> rows(late, ReadOptions.defaults()))
        .hasMessageContaining("column key")
        .hasMessageContaining("INT64");
    assertThat(rows(late, options().type("key", ElementType.INT64).build()))
        .contains("9007199254740993");
  }

  @Test
  void reportsProgress() throws IOException {
    Path csv = text("p.csv", "id\n" + "1234567\n".repeat(60_000));
    Path parquet = folder.resolve("p.parquet");
    Path arrow = folder.resolve("p.arrow");
    copy(csv, parquet, WriteOptions.defaults());
    copy(csv, arrow, WriteOptions.defaults());
    for (Path file : List.of(csv, parquet, arrow)) {
      List<ReadProgress> seen = new ArrayList<>();
      rows(file, options().batchRows(10_000).onProgress(seen::add).build());
      assertThat(seen).hasSizeGreaterThan(3);
      assertThat(seen.get(0).rows()).isBetween(1L, 20_000L);
      assertThat(seen).isSortedAccordingTo(Comparator.comparing(ReadProgress::rows));
      assertThat(seen).isSortedAccordingTo(Comparator.comparing(ReadProgress::bytes));
      ReadProgress last = seen.get(seen.size() - 1);
      assertThat(last.rows()).isEqualTo(60_000);
      assertThat(last.bytes()).isEqualTo(last.totalBytes()).isEqualTo(Files.size(file));
      assertThat(last.fraction()).isEqualTo(1);
      assertThat(last.totalRows().isPresent()).isEqualTo(file != csv);
    }
    assertThat(new ReadProgress(1200, OptionalLong.of(3000), 0, 0).text())
        .isEqualTo("1,200 of 3,000 rows, 40%");
    assertThat(new ReadProgress(1200, OptionalLong.empty(), 0, 0).text()).isEqualTo("1,200 rows");
  }

  @ParameterizedTest
  @CsvSource({"e.csv, 'id,origin\n'", "e.arrow,", "e.parquet,"})
  void aFileWithoutRowsHasOneBatchWithItsColumns(String name, String content) throws IOException {
    Path csv = text("none.csv", "id,origin\n");
    Path file = folder.resolve(name);
    if (content == null) {
      copy(csv, file, WriteOptions.defaults());
    } else {
      text(name, content);
    }
    try (FeatureReader reader = DataFiles.open(file, memory)) {
      Iterator<FeatureBatch> batches = reader.iterator();
      FeatureBatch only = batches.next();
      assertThat(only.rows()).isZero();
      assertThat(only.root().getSchema().getFields()).hasSize(2);
      assertThat(batches.hasNext()).isFalse();
    }
    assertThat(rows(file, options().columns("origin").build())).containsExactly("origin");
  }

  @Test
  void readsTheFilesOfAPattern() throws IOException {
    text("day-2.csv", "id\n2\n");
    text("day-1.csv", "id\n1\n");
    text("night.csv", "id\n3\n");
    assertThat(rows(folder.resolve("day-*.csv"), ReadOptions.defaults()))
        .containsExactly("id", "1", "2");
    text("day-*.csv", "id\n9\n");
    assertThat(rows(folder.resolve("day-*.csv"), ReadOptions.defaults()))
        .containsExactly("id", "9");
    assertThatThrownBy(() -> rows(folder.resolve("week-*.csv"), ReadOptions.defaults()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("week-*.csv: found no file");
  }

  @Test
  void rejectsParameters() {
    assertThatThrownBy(() -> DataFiles.query("SELECT ?", ReadOptions.defaults(), memory))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("found the parameter ? at character 7");
    assertThatThrownBy(() -> rows(flights, options().filter("distance > $1").build()))
        .hasMessageContaining("filter: found the parameter $1");
    try (FeatureReader reader =
        DataFiles.query("SELECT '?' AS \"?\" -- ?", ReadOptions.defaults(), memory)) {
      assertThat(RowLines.of(reader)).containsExactly("?", "?");
    }
  }

  @Test
  void namesTheRowGroupOfADamagedParquetFile() throws IOException {
    Path csv = text("big.csv", "id,t\n" + "1234567,some text\n2345678,other\n".repeat(150_000));
    Path file = folder.resolve("damaged.parquet");
    copy(csv, file, WriteOptions.defaults());
    long[] place = new long[2];
    try (FeatureReader reader =
        DataFiles.query(
            "SELECT data_page_offset, total_compressed_size FROM parquet_metadata('"
                + file
                + "') WHERE row_group_id = 1 AND path_in_schema = 't'",
            ReadOptions.defaults(),
            memory)) {
      FeatureBatch batch = reader.iterator().next();
      place[0] = ((BigIntVector) batch.root().getVector(0)).get(0);
      place[1] = ((BigIntVector) batch.root().getVector(1)).get(0);
    }
    byte[] bytes = Files.readAllBytes(file);
    for (int i = 0; i < place[1] / 2; i++) {
      bytes[(int) place[0] + i] ^= 0x55;
    }
    Files.write(file, bytes);
    assertThatThrownBy(() -> rows(file, ReadOptions.defaults()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("damaged.parquet, row group 1 (rows 122880 to ")
        .hasMessageContaining("column t");
  }

  @ParameterizedTest
  @CsvSource({"UTF-16BE, big-endian", "UTF-16LE, set ReadOptions.encoding"})
  void namesUtf16(String charset, String message) throws IOException {
    Path file = folder.resolve("u.csv");
    Files.write(file, "\ufeffa\n1\n".getBytes(Charset.forName(charset)));
    assertThatThrownBy(() -> rows(file, ReadOptions.defaults()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("u.csv: found")
        .hasMessageContaining(message);
    assertThatThrownBy(() -> options().encoding(StandardCharsets.UTF_16BE))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void readsUtf16() throws IOException {
    Path file = folder.resolve("u.csv");
    Files.write(file, "\ufeffa,b\nJosé,1\n".getBytes(StandardCharsets.UTF_16LE));
    assertThat(rows(file, options().encoding(StandardCharsets.UTF_16LE).build()))
        .containsExactly("a\tb", "José\t1");
  }

  /** After the rows from which the types are recognised. */
  @ParameterizedTest
  @CsvSource({"d.csv, 60002", "d.jsonl, 60001"})
  void namesTheLineOfAnotherEncoding(String name, String line) throws IOException {
    Path file = folder.resolve(name);
    boolean csv = name.endsWith("csv");
    String row = csv ? "%s,1\n" : "{\"a\": \"%s\"}\n";
    String text = (csv ? "a,b\n" : "") + row.formatted("Jose").repeat(60_000);
    Files.write(file, (text + row.formatted("José")).getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(() -> rows(file, ReadOptions.defaults()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(name)
        .hasMessageMatching("(?is).*line: ?" + line + ".*|.*line " + line + ".*")
        .hasMessageNotContaining("ignore_errors");
  }

  @ParameterizedTest
  @CsvSource({"b.jsonl, '{\"a\": oops}'", "b.jsonl, '{\"a\": \"text\"}'"})
  void namesTheLineOfBrokenJson(String name, String bad) throws IOException {
    Path file = text(name, "{\"a\": 1}\n".repeat(30_000) + bad + "\n");
    assertThatThrownBy(() -> rows(file, options().type("a", ElementType.FLOAT64).build()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("b.jsonl")
        .hasMessageContaining("line 3000");
  }

  @Test
  void noticesAFileThatVanishesWhileItIsRead() throws IOException {
    Path file = text("v.csv", "id\n" + "1\n".repeat(5000));
    try (FeatureReader reader =
        DataFiles.open(List.of(file), options().batchRows(100).build(), memory)) {
      Iterator<FeatureBatch> batches = reader.iterator();
      batches.next();
      Files.delete(file);
      assertThatThrownBy(() -> batches.forEachRemaining(batch -> {}))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("v.csv")
          .hasMessageContaining("vanished");
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
