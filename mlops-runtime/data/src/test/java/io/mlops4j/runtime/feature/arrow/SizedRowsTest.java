package io.mlops4j.runtime.feature.arrow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.FeatureReader;
import io.mlops4j.feature.FeatureWriter;
import io.mlops4j.feature.ReadOptions;
import io.mlops4j.feature.WriteOptions;
import io.mlops4j.runtime.feature.DataFiles;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryProvider.MapDictionaryProvider;
import org.apache.arrow.vector.ipc.ArrowFileReader;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Batches of Arrow files in the size that was chosen. */
class SizedRowsTest {
  /** Every type that DuckDB and Arrow share, with nulls. */
  private static final String TYPES =
      """
      SELECT i, (i %% 2 = 0) AS flag, i::TINYINT AS b, i * 0.5::FLOAT AS f,
        CASE WHEN i %% 3 > 0 THEN 'longer than twelve bytes ' || i END AS t,
        CASE WHEN i %% 4 > 0 THEN ('b' || i)::BLOB END AS bytes, (i / 4)::DECIMAL(9, 2) AS d,
        i::DECIMAL(38, 3) AS wide, DATE '2001-01-01' + i::INT AS day,
        TIMESTAMP '2001-01-01 12:00:00' + to_microseconds(i) AS at, TIME '12:00:00' AS noon,
        CASE WHEN i %% 5 > 0 THEN [i, NULL] END AS list, [i, NULL]::FLOAT[2] AS pair,
        CASE WHEN i %% 7 > 0 THEN {'city': 'c' || i, 'l': [i]} END AS place,
        MAP {'one': i, 'früh ✈': NULL} AS map
      FROM range(%d, %d) t(i)\
      """;

  private final RootAllocator memory = new RootAllocator();
  @TempDir private Path folder;

  @AfterEach
  void nothingIsLeftAllocated() {
    memory.close();
  }

  private static ReadOptions.Builder sized(int rows) {
    return ReadOptions.builder().batchRows(rows);
  }

  /** A file whose batches have the stated numbers of rows. */
  private Path write(String name, int from, int... batches) {
    Path file = folder.resolve(name);
    try (FeatureWriter writer = DataFiles.create(file, WriteOptions.defaults())) {
      int first = from;
      for (int rows : batches) {
        try (FeatureReader values =
            DataFiles.query(
                TYPES.formatted(first, first + rows), sized(Math.max(1, rows)).build(), memory)) {
          values.forEach(writer::write);
        }
        first += rows;
      }
      writer.commit();
    }
    return file;
  }

  private record Read(List<Integer> sizes, List<String> rows) {}

  private Read read(List<Path> files, ReadOptions options) {
    Read read = new Read(new ArrayList<>(), new ArrayList<>());
    try (FeatureReader reader = DataFiles.open(files, options, memory)) {
      for (FeatureBatch batch : reader) {
        read.sizes.add(batch.rows());
        texts(batch).forEach(read.rows::add);
      }
    }
    return read;
  }

  private static List<String> texts(FeatureBatch batch) {
    List<String> rows = new ArrayList<>();
    for (int row = 0; row < batch.rows(); row++) {
      List<String> cells = new ArrayList<>();
      for (FieldVector column : batch.root().getFieldVectors()) {
        Object value = column.getObject(row);
        cells.add(value instanceof byte[] bytes ? HexFormat.of().formatHex(bytes) : "" + value);
      }
      rows.add(String.join("\t", cells));
    }
    return rows;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 10, 33, 100})
  void batchesHaveTheChosenSizeAndTheSameRows(int size) {
    List<Path> files =
        List.of(write("a.arrow", 0, 10, 1, 0, 40, 3), write("b.arrow", 54, 0, 5, 20));
    List<String> expected;
    try (FeatureReader all =
        DataFiles.query(TYPES.formatted(0, 79), ReadOptions.defaults(), memory)) {
      expected = texts(all.iterator().next());
    }
    Read read = read(files, sized(size).build());
    assertThat(read.rows).isEqualTo(expected);
    for (int i = 0; i < read.sizes.size() - 1; i++) {
      assertThat(read.sizes.get(i)).isEqualTo(size);
    }
    assertThat(read.sizes).hasSize((79 + size - 1) / size);
    Read odd = read(files, sized(size).filter("i % 2 = 1").columns("t", "i").build());
    assertThat(odd.rows).hasSize(39).startsWith("longer than twelve bytes 1\t1");
    assertThat(odd.sizes).hasSize((39 + size - 1) / size);
    assertThat(read(files, ReadOptions.defaults()).sizes)
        .as("without a choice")
        .containsExactly(10, 1, 0, 40, 3, 0, 5, 20);
  }

  @Test
  void aDataSetWithoutRowsHasOneBatchWithItsColumns() {
    Path empty = write("empty.arrow", 0, 0, 0);
    assertThat(read(List.of(empty, empty), sized(10).build()).sizes).containsExactly(0);
  }

  /** A million rows in one batch, and in batches of a hundred. */
  @Test
  void memoryIsThatOfABatchOfTheFileAndOfOneThatIsGiven() {
    Path large = folder.resolve("large.arrow");
    Path small = folder.resolve("small.arrow");
    try (FeatureReader values =
            DataFiles.query("SELECT i FROM range(200000) t(i)", sized(200_000).build(), memory);
        FeatureWriter writer = DataFiles.create(large, WriteOptions.defaults())) {
      values.forEach(writer::write);
      writer.commit();
    }
    try (FeatureReader values = DataFiles.open(List.of(large), sized(100).build(), memory);
        FeatureWriter writer = DataFiles.create(small, WriteOptions.defaults())) {
      values.forEach(writer::write);
      writer.commit();
    }
    for (Path file : List.of(large, small)) {
      try (RootAllocator limited = new RootAllocator();
          FeatureReader reader = DataFiles.open(List.of(file), sized(1000).build(), limited)) {
        reader.forEach(batch -> assertThat(batch.rows()).isEqualTo(1000));
        assertThat(limited.getPeakMemoryAllocation())
            .isLessThan(file.equals(large) ? 2_500_000L : 50_000);
      }
    }
  }

  @Test
  void retainedRowsStayWhenTheReaderGoesOnAndEnds() {
    Path file = write("a.arrow", 0, 10, 10);
    FeatureBatch cut;
    FeatureBatch joined;
    try (FeatureReader reader = DataFiles.open(List.of(file), sized(8).build(), memory)) {
      Iterator<FeatureBatch> batches = reader.iterator();
      FeatureBatch first = batches.next();
      cut = first.retain();
      joined = batches.next().retain();
      assertThatThrownBy(first::rows).isInstanceOf(IllegalStateException.class);
    }
    try (cut;
        joined) {
      assertThat(cut.column("i").getObject(7)).isEqualTo(7L);
      assertThat(joined.column("i").getObject(7)).isEqualTo(15L);
    }
  }

  @Test
  void stoppingHalfWayFreesEverything() {
    Path file = write("a.arrow", 0, 10, 10);
    FeatureReader reader = DataFiles.open(List.of(file), sized(3).build(), memory);
    Iterator<FeatureBatch> batches = reader.iterator();
    batches.next();
    assertThat(batches.hasNext()).isTrue();
    assertThatThrownBy(reader::iterator).isInstanceOf(IllegalStateException.class);
    reader.close();
    reader.close();
    assertThat(memory.getAllocatedMemory()).isZero();
    assertThatThrownBy(batches::hasNext).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void damageEndsTheRows() throws IOException {
    Path file = write("a.arrow", 0, 10, 10);
    byte[] bytes = Files.readAllBytes(file);
    int second;
    try (ArrowFileReader good = new ArrowFileReader(Files.newByteChannel(file), memory)) {
      second = (int) good.getRecordBlocks().get(1).getOffset();
    }
    bytes[second] = 0;
    Files.write(file, bytes);
    try (FeatureReader reader = DataFiles.open(List.of(file), sized(15).build(), memory)) {
      Iterator<FeatureBatch> batches = reader.iterator();
      assertThatThrownBy(batches::hasNext)
          .isInstanceOf(DataException.class)
          .hasMessageContaining("record batch 1 (after 10 rows, at byte " + second + ")");
      assertThat(batches.hasNext()).isFalse();
    }
  }

  /** The same codes mean other words in the second half of the stream. */
  @Test
  void rowsBeforeAndAfterAChangedDictionaryAreNotJoined() throws IOException {
    Path file = folder.resolve("words.arrows");
    DictionaryEncoding encoding = new DictionaryEncoding(1, false, new ArrowType.Int(32, true));
    MapDictionaryProvider dictionaries = new MapDictionaryProvider();
    try (VarCharVector words = new VarCharVector("words", memory);
        IntVector codes =
            new IntVector(
                "w", new FieldType(true, new ArrowType.Int(32, true), encoding), memory)) {
      set(words, "a", "b");
      dictionaries.put(new Dictionary(words, encoding));
      codes.setSafe(0, 1);
      codes.setSafe(1, 0);
      codes.setValueCount(2);
      VectorSchemaRoot root = VectorSchemaRoot.of(codes);
      try (OutputStream out = Files.newOutputStream(file);
          ArrowStreamWriter writer = new ArrowStreamWriter(root, dictionaries, out)) {
        writer.writeBatch();
        writer.writeBatch();
        set(words, "c", "d");
        writer.writeBatch();
        writer.end();
      }
    }
    List<String> found = new ArrayList<>();
    try (FeatureReader reader = DataFiles.open(List.of(file), sized(10).build(), memory)) {
      for (FeatureBatch batch : reader) {
        try (FeatureBatch plain = PlainColumns.of(batch)) {
          found.add(String.join("", plain.root().contentToTSVString().lines().skip(1).toList()));
        }
      }
    }
    assertThat(found).containsExactly("baba", "dc");
  }

  /** Elements are named in the schema of a file only. */
  @Test
  void joinedAndChosenRowsHaveTheSchemaOfTheFile() throws IOException {
    Field element = Field.nullable("element", new ArrowType.Int(32, true));
    Field list = new Field("l", FieldType.nullable(new ArrowType.List()), List.of(element));
    Schema schema = new Schema(List.of(list), Map.of("origin", "früh ✈"));
    Path file = folder.resolve("lists.arrows");
    try (VectorSchemaRoot root = VectorSchemaRoot.create(schema, memory);
        OutputStream out = Files.newOutputStream(file);
        ArrowStreamWriter writer = new ArrowStreamWriter(root, null, out)) {
      root.allocateNew();
      root.setRowCount(10);
      writer.writeBatch();
      writer.writeBatch();
      writer.end();
    }
    for (ReadOptions options :
        List.of(sized(7).build(), sized(20).build(), sized(9).filter("l IS NULL").build())) {
      Path copy = folder.resolve("copy.arrow");
      try (FeatureReader reader = DataFiles.open(List.of(file), options, memory);
          FeatureWriter writer = DataFiles.create(copy, WriteOptions.defaults())) {
        for (FeatureBatch batch : reader) {
          assertThat(batch.root().getSchema()).isEqualTo(schema);
          writer.write(batch);
        }
        writer.commit();
      }
      assertThat(read(List.of(copy), ReadOptions.defaults()).rows).hasSize(20);
    }
  }

  private static void set(VarCharVector words, String... texts) {
    for (int i = 0; i < texts.length; i++) {
      words.setSafe(i, texts[i].getBytes(StandardCharsets.UTF_8));
    }
    words.setValueCount(texts.length);
  }

  /** The second batch of the stream has a dictionary that begins with the first one's words. */
  @ParameterizedTest
  @ValueSource(strings = {"dictionary.arrow", "dictionary.arrows"})
  void joinsRowsWhoseDictionaryHasFurtherWords(String name) {
    List<String> origins = new ArrayList<>();
    try (FeatureReader reader =
        DataFiles.open(List.of(Fixtures.resource(name)), sized(4).build(), memory)) {
      for (FeatureBatch batch : reader) {
        try (FeatureBatch plain = PlainColumns.of(batch)) {
          for (int i = 0; i < plain.rows(); i++) {
            origins.add("" + plain.column("origin").getObject(i));
          }
        }
      }
    }
    assertThat(origins).containsExactly("LAS", "PHL", "LAS", "null", "SFO");
  }

  @Test
  void tensorsAndTheirLikesAreJoined() {
    Path file = Fixtures.resource("tensors.arrow");
    Read whole = read(List.of(file, file), ReadOptions.defaults());
    Read joined = read(List.of(file, file), sized(3).build());
    assertThat(joined.sizes).containsExactly(3, 1);
    assertThat(joined.rows).isEqualTo(whole.rows);
  }
}
