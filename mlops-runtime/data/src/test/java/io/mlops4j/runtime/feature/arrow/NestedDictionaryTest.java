package io.mlops4j.runtime.feature.arrow;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.FeatureReader;
import io.mlops4j.feature.FeatureWriter;
import io.mlops4j.feature.ReadOptions;
import io.mlops4j.feature.WriteOptions;
import io.mlops4j.runtime.feature.DataFiles;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryProvider.MapDictionaryProvider;
import org.apache.arrow.vector.ipc.ArrowFileWriter;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Codes of a dictionary beside, inside a struct, and inside a list. Arrow's own writer wrote them.
 */
class NestedDictionaryTest {
  private static final ArrowType INT = new ArrowType.Int(32, true);
  private static final DictionaryEncoding CITIES = new DictionaryEncoding(3, false, null);
  private static final FieldType CODES = new FieldType(true, INT, CITIES);

  private final RootAllocator memory = new RootAllocator();
  @TempDir private Path folder;
  private Path file;

  @BeforeEach
  void write() throws IOException {
    file = folder.resolve("nested.arrow");
    MapDictionaryProvider dictionaries = new MapDictionaryProvider();
    Field city = new Field("city", CODES, List.of());
    Field day = Field.nullable("day", INT);
    Field place =
        new Field("place", FieldType.nullable(new ArrowType.Struct()), List.of(city, day));
    Field stops =
        new Field(
            "stops",
            FieldType.nullable(new ArrowType.List()),
            List.of(new Field("stop", CODES, List.of())));
    try (VarCharVector words = new VarCharVector("words", memory);
        IntVector origin = new IntVector("origin", CODES, memory);
        StructVector places = (StructVector) place.createVector(memory);
        ListVector lists = (ListVector) stops.createVector(memory)) {
      for (int i = 0; i < 3; i++) {
        words.setSafe(i, List.of("LAS", "PHL", "früh ✈").get(i).getBytes(StandardCharsets.UTF_8));
      }
      words.setValueCount(3);
      dictionaries.put(new Dictionary(words, CITIES));
      IntVector cities = (IntVector) places.getChild("city");
      IntVector days = (IntVector) places.getChild("day");
      IntVector stop = (IntVector) lists.getDataVector();
      for (int row = 0; row < 4; row++) {
        origin.setSafe(row, row % 3);
        if (row != 1) {
          places.setIndexDefined(row);
          cities.setSafe(row, 2 - row % 3);
          days.setSafe(row, row);
        }
        if (row != 2) {
          int at = lists.startNewValue(row);
          for (int i = 0; i < row; i++) {
            stop.setSafe(at + i, i % 3);
          }
          lists.endValue(row, row);
        }
      }
      origin.setNull(3);
      List<FieldVector> columns = List.of(origin, places, lists);
      columns.forEach(column -> column.setValueCount(4));
      VectorSchemaRoot root =
          new VectorSchemaRoot(List.of(origin.getField(), place, stops), columns, 4);
      try (FileChannel out =
              FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
          ArrowFileWriter writer = new ArrowFileWriter(root, dictionaries, out)) {
        writer.writeBatch();
        writer.end();
      }
    }
  }

  @AfterEach
  void nothingIsLeftAllocated() {
    memory.close();
  }

  private static final List<String> ROWS =
      List.of(
          "origin\tplace\tstops",
          "LAS\t{\"city\":\"früh ✈\",\"day\":0}\t[]",
          "PHL\tnull\t[\"LAS\"]",
          "früh ✈\t{\"city\":\"LAS\",\"day\":2}\tnull",
          "null\t{\"city\":\"früh ✈\",\"day\":3}\t[\"LAS\",\"PHL\",\"früh ✈\"]");

  private List<String> rows(Path from, ReadOptions options) {
    List<String> rows = new ArrayList<>();
    try (FeatureReader reader = DataFiles.open(List.of(from), options, memory)) {
      for (FeatureBatch batch : reader) {
        try (FeatureBatch plain = PlainColumns.of(batch)) {
          plain.root().contentToTSVString().lines().skip(rows.isEmpty() ? 0 : 1).forEach(rows::add);
        }
      }
    }
    return rows;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void codesBecomeTheirValuesUnderTheNamesOfTheirColumns(int batchRows) {
    assertThat(rows(file, ReadOptions.builder().batchRows(batchRows).build())).isEqualTo(ROWS);
  }

  @ParameterizedTest
  @ValueSource(strings = {"plain.arrow", "plain.parquet"})
  void writesTheValues(String name) {
    Path copy = folder.resolve(name);
    try (FeatureReader reader = DataFiles.open(file, memory);
        FeatureWriter writer = DataFiles.create(copy, WriteOptions.defaults())) {
      reader.forEach(writer::write);
      writer.commit();
    }
    assertThat(rows(copy, ReadOptions.defaults())).isEqualTo(ROWS);
  }

  @Test
  void theSchemaIsThatOfTheFileButForTheCodes() {
    ArrowType text = new ArrowType.Utf8();
    try (FeatureReader reader = DataFiles.open(file, memory);
        FeatureBatch plain = PlainColumns.of(reader.iterator().next())) {
      List<Field> columns = plain.root().getSchema().getFields();
      assertThat(columns.get(0)).isEqualTo(Field.nullable("origin", text));
      assertThat(columns.get(1).getChildren())
          .containsExactly(Field.nullable("city", text), Field.nullable("day", INT));
      assertThat(columns.get(2).getChildren()).containsExactly(Field.nullable("stop", text));
    }
  }

  @Test
  void filtersByTheValues() {
    for (String filter :
        List.of("place.city = 'LAS'", "origin = 'früh ✈'", "stops IS NULL", "place.day = 2")) {
      assertThat(rows(file, ReadOptions.builder().filter(filter).build()))
          .as(filter)
          .containsExactly(ROWS.get(0), ROWS.get(3));
    }
    assertThat(rows(file, ReadOptions.builder().filter("list_contains(stops, 'PHL')").build()))
        .containsExactly(ROWS.get(0), ROWS.get(4));
    assertThat(rows(file, ReadOptions.builder().columns("stops").filter("true").build()))
        .hasSize(5)
        .endsWith("[\"LAS\",\"PHL\",\"früh ✈\"]");
  }
}
