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
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.Decimal256Vector;
import org.apache.arrow.vector.DecimalVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.FixedSizeBinaryVector;
import org.apache.arrow.vector.Float2Vector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.TimeNanoVector;
import org.apache.arrow.vector.TimeStampNanoTZVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.complex.LargeListVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.Types.MinorType;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.util.TransferPair;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Lists, arrays, maps and structs in Parquet. DuckDB, which has made the values, compares them. */
class NestedParquetTest {
  private final RootAllocator memory = new RootAllocator();
  @TempDir private Path folder;

  @AfterEach
  void nothingIsLeftAllocated() {
    memory.close();
  }

  private FeatureReader query(String sql, int batchRows) {
    return DataFiles.query(sql, ReadOptions.builder().batchRows(batchRows).build(), memory);
  }

  private Path write(String sql, int batchRows) {
    Path file = folder.resolve("nested.parquet");
    try (FeatureReader rows = query(sql, batchRows);
        FeatureWriter writer = DataFiles.create(file, WriteOptions.defaults())) {
      rows.forEach(writer::write);
      writer.commit();
    }
    return file;
  }

  private Path write(FieldVector... columns) {
    Path file = folder.resolve("vectors.parquet");
    try (VectorSchemaRoot root = new VectorSchemaRoot(List.of(columns));
        FeatureWriter writer = DataFiles.create(file, WriteOptions.defaults())) {
      root.setRowCount(columns[0].getValueCount());
      writer.write(FeatureBatch.of(root));
      writer.commit();
    }
    return file;
  }

  private List<String> rows(FeatureReader reader) {
    List<String> rows = new ArrayList<>();
    try (reader) {
      for (FeatureBatch batch : reader) {
        batch.root().contentToTSVString().lines().skip(1).forEach(rows::add);
      }
    }
    return rows;
  }

  private List<String> read(Path file) {
    return rows(DataFiles.open(file, memory));
  }

  /** Expressions of i, the number of a row. */
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "lists; [i, NULL, -i]",
        "with nulls and empty ones; CASE i % 3 WHEN 0 THEN NULL WHEN 1 THEN [] ELSE [i] END",
        "of different lengths; list_transform(range(i % 7), lambda x: x + i * 0.5::DOUBLE)",
        "long; CASE WHEN i % 1000 = 7 THEN list_transform(range(5000), lambda x: CASE WHEN x % 3 > 0 THEN x END) END",
        "of texts; ['', NULL, 'exactly 12 b', 'longer than twelve bytes ' || i, 'früh ✈', 'NULL']",
        "of lists; [[i], [], NULL, [NULL, i + 1]]",
        "of booleans; [i % 2 = 0, NULL, true]",
        "of decimals; [(i % 9)::DECIMAL(4,1), NULL, 1.5::DECIMAL(4,1)]",
        "of wide decimals; [i::DECIMAL(38,4), -99999999999999999999999999.5::DECIMAL(38,4)]",
        "of times; [TIME '12:00:00' + to_microseconds(i), NULL]",
        "of timestamps; [TIMESTAMP '2001-01-31 07:15:00' + to_microseconds(i), NULL]",
        "of days; [DATE '2001-01-31' + i::INT]",
        "of bytes; [('a' || i)::BLOB, NULL, ''::BLOB]",
        "structs; {'number': i, 'city': 'longer than twelve bytes ' || i}",
        "with null fields; {'number': CASE WHEN i % 2 = 0 THEN i END, 'b c\"d': NULL::VARCHAR}",
        "that are null; CASE WHEN i % 3 > 0 THEN {'number': i, 'list': [i], 'deep': {'x': i}} END",
        "deep; {'a': {'b': {'c': [i, NULL], 'd': CASE WHEN i % 2 = 0 THEN {'e': i * 0.5::DOUBLE} END}}}",
        "lists of structs; [{'x': i, 'y': 'text'}, NULL, {'x': NULL, 'y': NULL}]",
        "of structs of lists; CASE WHEN i % 5 > 0 THEN [{'tags': ['a', NULL]}, {'tags': []}, {'tags': NULL}, NULL] END",
        "maps; MAP {'one': i, 'two': NULL}",
        "of structs; CASE WHEN i % 2 = 0 THEN MAP {i: {'x': [i]}} END",
        "in structs; {'m': MAP {'k': i}}",
      })
  void writesNestedValues(String what, String expression) {
    String sql = "SELECT i, " + expression + " AS \"%s\" FROM range(7000) t(i)".formatted(what);
    Path file = write(sql, 3000);
    String read = "SELECT * FROM '" + file + "'";
    try (FeatureReader different =
        query(
            "SELECT count(*) FROM (SELECT * FROM (%s) EXCEPT ALL SELECT * FROM (%s))"
                .formatted(sql, read),
            1)) {
      for (FeatureBatch batch : different) {
        assertThat(((BigIntVector) batch.root().getVector(0)).get(0)).isZero();
      }
    }
    List<String> expected = rows(query(sql, 7000));
    assertThat(expected).hasSize(7000);
    assertThat(read(file)).isEqualTo(expected);
  }

  @Test
  void writesArraysAsLists() {
    String vector =
        "CASE WHEN i % 4 > 0 THEN [i, NULL, 0.5 * i]::FLOAT[3] END AS v,"
            + " [[i, 1], NULL, [NULL, 2]]::INT[2][3] AS matrix,"
            + " {'v': [i, i]::DOUBLE[2]} AS inside,"
            + " CASE WHEN i % 2 > 0 THEN {'v': [i, i]::DOUBLE[2]} END AS absent,"
            + " [{'v': [i, i]::DOUBLE[2]}, NULL] AS many";
    Path file = write("SELECT " + vector + " FROM range(5000) t(i)", 1000);
    List<String> rows = read(file);
    assertThat(rows).hasSize(5000);
    assertThat(rows.get(0))
        .isEqualTo(
            "null\t[[0,1],null,[null,2]]\t{\"v\":[0.0,0.0]}\tnull\t[{\"v\":[0.0,0.0]},null]");
    assertThat(rows.get(4999))
        .isEqualTo(
            "[4999.0,null,2499.5]\t[[4999,1],null,[null,2]]\t{\"v\":[4999.0,4999.0]}"
                + "\t{\"v\":[4999.0,4999.0]}\t[{\"v\":[4999.0,4999.0]},null]");
  }

  @Test
  void writesZeroRows() {
    Path file = write("SELECT [1] AS a, {'x': [{'y': 'z'}]} AS b LIMIT 0", 10);
    try (FeatureReader reader = DataFiles.open(file, memory)) {
      FeatureBatch batch = reader.iterator().next();
      assertThat(batch.rows()).isZero();
      assertThat(batch.column("b").getField().getChildren().get(0).getChildren()).hasSize(1);
    }
  }

  /** Slices of Arrow share memory and start in the middle of their buffers. */
  @Test
  void writesSlices() {
    String sql =
        "SELECT CASE WHEN i % 3 > 0 THEN [{'a': i, 't': 'text ' || i}, NULL] END AS s,"
            + " CASE WHEN i % 5 > 0 THEN [i, i]::INT[2] END AS v FROM range(100) t(i)";
    List<String> expected = rows(query(sql, 100)).subList(13, 100);
    Path file = folder.resolve("slice.parquet");
    try (FeatureReader rows = query(sql, 100);
        FeatureWriter writer = DataFiles.create(file, WriteOptions.defaults())) {
      for (FeatureBatch batch : rows) {
        List<FieldVector> slices = new ArrayList<>();
        for (FieldVector column : batch.root().getFieldVectors()) {
          TransferPair pair = column.getTransferPair(memory);
          pair.splitAndTransfer(13, 87);
          slices.add((FieldVector) pair.getTo());
        }
        try (VectorSchemaRoot root = new VectorSchemaRoot(slices)) {
          root.setRowCount(87);
          writer.write(FeatureBatch.of(root));
        }
      }
      writer.commit();
    }
    assertThat(read(file)).isEqualTo(expected);
  }

  /** Arrow allows elements in a list that is null. */
  @Test
  void skipsElementsOfListsThatAreNull() {
    LargeListVector list =
        new LargeListVector("list", memory, FieldType.nullable(ArrowType.LargeList.INSTANCE), null);
    list.addOrGetVector(FieldType.nullable(MinorType.FLOAT4.getType()));
    Float4Vector elements = (Float4Vector) list.getDataVector();
    for (int row = 0; row < 3; row++) {
      long at = list.startNewValue(row);
      elements.setSafe((int) at, row);
      elements.setSafe((int) at + 1, row + 0.5f);
      list.endValue(row, 2);
    }
    list.setValueCount(3);
    elements.setValueCount(6);
    list.getValidityBuffer().setByte(0, 0b101);
    assertThat(read(write(list))).containsExactly("[0.0,0.5]", "null", "[2.0,2.5]");
  }

  @Test
  void writesBytesAndHalvesAndDecimalsOf256BitsAndNanosecondsOfADay() {
    FixedSizeBinaryVector bytes = new FixedSizeBinaryVector("bytes", memory, 2);
    bytes.setSafe(0, new byte[] {(byte) 0xff, 0});
    Float2Vector half = new Float2Vector("half", memory);
    half.setSafeWithPossibleTruncate(0, 0.25f);
    Decimal256Vector decimal = new Decimal256Vector("decimal", memory, 38, 2);
    decimal.setSafe(0, new java.math.BigDecimal("-123456789012345678901234567890123456.78"));
    TimeNanoVector nanos = new TimeNanoVector("nanos", memory);
    nanos.setSafe(0, 86_399_999_999_999L);
    FieldVector[] columns = {bytes, half, decimal, nanos};
    for (FieldVector column : columns) {
      column.setValueCount(2);
    }
    Path file = write(columns);
    try (FeatureReader reader = DataFiles.open(file, memory)) {
      FeatureBatch batch = reader.iterator().next();
      assertThat((byte[]) batch.column("bytes").getObject(0)).containsExactly(0xff, 0);
      assertThat(batch.column("half").getObject(0)).isEqualTo(0.25f);
      assertThat(batch.column("decimal").getObject(0))
          .hasToString("-123456789012345678901234567890123456.78");
      assertThat(batch.column("nanos").getObject(0)).isEqualTo(86_399_999_999_999L);
      assertThat(batch.column("nanos").isNull(1)).isTrue();
    }
  }

  private FieldVector decimalOfTooManyDigits() {
    DecimalVector decimal = new DecimalVector("price", memory, 5, 2);
    decimal.allocateNew(1);
    decimal.setBigEndian(0, new byte[] {1, 0, 0, 0}); // 2^24
    decimal.setValueCount(1);
    return decimal;
  }

  private FieldVector nanosecondsOfAZone() {
    TimeStampNanoTZVector time = new TimeStampNanoTZVector("at", memory, "UTC");
    time.setSafe(0, 1_500);
    time.setValueCount(1);
    return time;
  }

  private FieldVector wrongUtf8() {
    VarCharVector text = new VarCharVector("text", memory);
    text.setSafe(0, new byte[] {'a', (byte) 0xc3});
    text.setValueCount(1);
    return text;
  }

  @Test
  void namesValuesThatCannotBeWritten() {
    assertRejected(decimalOfTooManyDigits(), "price: found 167772.16 in value 0");
    assertRejected(nanosecondsOfAZone(), "at: found 1500 ns in value 0");
    assertRejected(wrongUtf8(), "text: found bytes that are not UTF-8 in value 0");
  }

  private void assertRejected(FieldVector column, String message) {
    assertThatThrownBy(() -> write(column))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("vectors.parquet: cannot be written")
        .hasMessageContaining(message);
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void namesThePathOfATypeThatCannotBeWritten() {
    StructVector struct = StructVector.empty("trip", memory);
    struct.addOrGet(
        "delay",
        FieldType.nullable(new ArrowType.Duration(TimeUnit.SECOND)),
        org.apache.arrow.vector.DurationVector.class);
    struct.setValueCount(1);
    assertThatThrownBy(() -> write(struct))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("trip.delay: found the type Duration(SECOND)")
        .hasMessageContaining("write an Arrow file");
    FieldVector twice =
        new Field(
                "twice",
                FieldType.nullable(ArrowType.Struct.INSTANCE),
                List.of(
                    Field.nullable("a", MinorType.INT.getType()),
                    Field.nullable("A", MinorType.INT.getType())))
            .createVector(memory);
    twice.setValueCount(1);
    assertThatThrownBy(() -> write(twice))
        .hasMessageContaining("twice: found the name \"A\" twice");
    FieldVector empty =
        new Field("empty", FieldType.nullable(ArrowType.Struct.INSTANCE), List.of())
            .createVector(memory);
    empty.setValueCount(1);
    assertThatThrownBy(() -> write(empty)).hasMessageContaining("empty: found a struct without");
    FieldVector none = FixedSizeListVector.empty("none", 0, memory);
    none.setValueCount(1);
    assertThatThrownBy(() -> write(none)).hasMessageContaining("none: found lists of the fixed");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void namesColumnsThatParquetCannotName() {
    assertRefused("found the name \"A\" twice", "a", "A");
    assertRefused("found a name that is empty", "a", "");
    assertRefused("found no columns");
  }

  private void assertRefused(String message, String... names) {
    FeatureBatch.Builder batch = FeatureBatch.builder(memory).rows(1);
    for (String name : names) {
      batch.ints(name, 1);
    }
    try (FeatureBatch rows = batch.build();
        FeatureWriter writer =
            DataFiles.create(folder.resolve("names.parquet"), WriteOptions.defaults())) {
      assertThatThrownBy(() -> writer.write(rows))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(message);
    }
    assertThat(folder).isEmptyDirectory();
  }

  /** A condition on Arrow rows may use nested columns, too. */
  @Test
  void filtersByNestedColumns() {
    Path file = folder.resolve("rows.arrow");
    try (FeatureReader rows =
            query("SELECT {'city': 'c' || i, 'at': [i, -i]} AS place FROM range(5) t(i)", 10);
        FeatureWriter writer = DataFiles.create(file, WriteOptions.defaults())) {
      rows.forEach(writer::write);
      writer.commit();
    }
    ReadOptions options =
        ReadOptions.builder().filter("place.city = 'c3' OR place.at[2] = -1").build();
    assertThat(rows(DataFiles.open(List.of(file), options, memory)))
        .containsExactly("{\"city\":\"c1\",\"at\":[1,-1]}", "{\"city\":\"c3\",\"at\":[3,-3]}");
  }
}
