package io.mlops4j.runtime.feature.writing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.FeatureReader;
import io.mlops4j.feature.FeatureWriter;
import io.mlops4j.feature.WriteOptions;
import io.mlops4j.runtime.feature.DataFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.DurationVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.LargeVarCharVector;
import org.apache.arrow.vector.TimeMicroVector;
import org.apache.arrow.vector.TimeMilliVector;
import org.apache.arrow.vector.TimeSecVector;
import org.apache.arrow.vector.UInt8Vector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ViewVarCharVector;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryProvider.MapDictionaryProvider;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FeatureWriterTest {
  private static final ArrowType INDEX = new ArrowType.Int(32, true);

  private final RootAllocator memory = new RootAllocator();
  @TempDir private Path folder;

  @AfterEach
  void nothingIsLeftAllocated() {
    memory.close();
  }

  private FeatureBatch flights(int from, int rows) {
    long[] numbers = new long[rows];
    String[] texts = new String[rows];
    float[] floats = new float[rows];
    for (int i = 0; i < rows; i++) {
      numbers[i] = (long) from + i;
      texts[i] = i % 3 == 0 ? null : "airport " + (from + i);
      floats[i] = (from + i) / 4f;
    }
    return FeatureBatch.builder(memory)
        .longs("number", numbers)
        .strings("airport", texts)
        .floats("hours", floats)
        .build();
  }

  private List<String> read(Path file) {
    List<String> rows = new ArrayList<>();
    try (FeatureReader reader = DataFiles.open(file, memory)) {
      for (FeatureBatch batch : reader) {
        batch.root().contentToTSVString().lines().skip(1).forEach(rows::add);
      }
    }
    return rows;
  }

  @ParameterizedTest
  @ValueSource(strings = {"flights.arrow", "flights.parquet"})
  void readsWhatItWrote(String name) {
    Path file = folder.resolve(name);
    try (FeatureWriter writer = DataFiles.create(file, WriteOptions.defaults())) {
      for (int from = 0; from < 12_000; from += 3000) {
        try (FeatureBatch batch = flights(from, 3000)) {
          writer.write(batch);
        }
      }
      assertThat(file).doesNotExist();
      writer.commit();
      assertThat(writer.rows()).isEqualTo(12_000);
    }
    List<String> rows = read(file);
    assertThat(rows).hasSize(12_000);
    assertThat(rows.get(0)).isEqualTo("0\tnull\t0.0");
    assertThat(rows.get(11_999)).isEqualTo("11999\tairport 11999\t2999.75");
  }

  @ParameterizedTest
  @ValueSource(strings = {"flights.arrow", "flights.parquet"})
  void leavesAnEarlierFileUntilTheCommit(String name) throws IOException {
    Path file = folder.resolve(name);
    Files.writeString(file, "earlier");
    try (FeatureWriter writer = DataFiles.create(file, WriteOptions.defaults());
        FeatureBatch batch = flights(0, 5000)) {
      writer.write(batch);
    }
    assertThat(file).hasContent("earlier");
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).containsExactly(file);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"flights.arrow", "flights.parquet"})
  void anInterruptLeavesTheEarlierFile(String name) throws IOException {
    Path file = folder.resolve(name);
    Files.writeString(file, "earlier");
    try (FeatureWriter writer = DataFiles.create(file, WriteOptions.defaults());
        FeatureBatch batch = flights(0, 5000)) {
      writer.write(batch);
      Thread.currentThread().interrupt();
      assertThatThrownBy(
              () -> {
                writer.write(batch);
                writer.commit();
              })
          .isInstanceOf(DataException.class)
          .hasMessageContaining(name + ": cannot be written, an earlier file");
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
    assertThat(file).hasContent("earlier");
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).containsExactly(file);
    }
  }

  @Test
  void writesUnsignedNumbersAndLargeAndViewedTextsToParquet() {
    Path file = folder.resolve("types.parquet");
    try (UInt8Vector unsigned = new UInt8Vector("unsigned", memory);
        LargeVarCharVector large = new LargeVarCharVector("large", memory);
        ViewVarCharVector view = new ViewVarCharVector("view", memory)) {
      unsigned.setSafe(0, -1L); // the largest
      large.setSafe(0, "früh ✈".getBytes(StandardCharsets.UTF_8));
      view.allocateNew();
      view.setSafe(0, "a text of more than twelve bytes".getBytes(StandardCharsets.UTF_8));
      List<FieldVector> columns = List.of(unsigned, large, view);
      columns.forEach(column -> column.setValueCount(2));
      VectorSchemaRoot root =
          new VectorSchemaRoot(columns.stream().map(FieldVector::getField).toList(), columns, 2);
      try (FeatureWriter writer = DataFiles.create(file, WriteOptions.defaults())) {
        writer.write(FeatureBatch.of(root));
        writer.commit();
      }
    }
    assertThat(read(file)) // Arrow prints the largest unsigned number as -1
        .containsExactly("-1\tfrüh ✈\ta text of more than twelve bytes", "null\tnull\tnull");
  }

  @Test
  void writesTimesOfDayToParquet() {
    Path file = folder.resolve("times.parquet");
    try (TimeSecVector seconds = new TimeSecVector("a \"second\"", memory);
        TimeMilliVector millis = new TimeMilliVector("millis", memory);
        TimeMicroVector micros = new TimeMicroVector("micros", memory)) {
      seconds.setSafe(0, 86_399);
      millis.setSafe(0, 43_200_001);
      micros.setSafe(0, 3_600_000_001L);
      List<FieldVector> columns = List.of(seconds, millis, micros);
      columns.forEach(column -> column.setValueCount(2));
      VectorSchemaRoot root =
          new VectorSchemaRoot(columns.stream().map(FieldVector::getField).toList(), columns, 2);
      try (FeatureWriter writer = DataFiles.create(file, WriteOptions.defaults())) {
        writer.write(FeatureBatch.of(root));
        writer.commit();
      }
    }
    try (FeatureReader reader = DataFiles.open(file, memory)) {
      FeatureBatch batch = reader.iterator().next();
      assertThat(batch.column("a \"second\"").getField().getType())
          .isEqualTo(new ArrowType.Time(TimeUnit.MICROSECOND, 64));
      assertThat(batch.column("a \"second\"").getObject(0)).isEqualTo(86_399_000_000L);
      assertThat(batch.column("millis").getObject(0)).isEqualTo(43_200_001_000L);
      assertThat(batch.column("micros").getObject(0)).isEqualTo(3_600_000_001L);
      assertThat(batch.column("micros").isNull(1)).isTrue();
    }
  }

  @Test
  void rejectsTypesThatParquetDoesNotTakeByName() {
    try (DurationVector duration =
            new DurationVector(
                Field.nullable("delay", new ArrowType.Duration(TimeUnit.SECOND)), memory);
        FeatureWriter writer =
            DataFiles.create(folder.resolve("a.parquet"), WriteOptions.defaults())) {
      duration.setValueCount(1);
      VectorSchemaRoot root =
          new VectorSchemaRoot(List.of(duration.getField()), List.<FieldVector>of(duration), 1);
      assertThatThrownBy(() -> writer.write(FeatureBatch.of(root)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("delay: found the type Duration(SECOND)")
          .hasMessageContaining("write an Arrow file");
    }
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void rejectsOtherColumnsInALaterBatch() {
    try (FeatureWriter writer =
            DataFiles.create(folder.resolve("a.arrow"), WriteOptions.defaults());
        FeatureBatch first = flights(0, 1);
        FeatureBatch other = FeatureBatch.builder(memory).longs("number", 1).build()) {
      writer.write(first);
      assertThatThrownBy(() -> writer.write(other))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("expected those of the first batch");
    }
  }

  @Test
  void rejectsNamesOfOtherFormatsAndMissingFolders() {
    assertThatThrownBy(() -> DataFiles.create(folder.resolve("a.xlsx"), WriteOptions.defaults()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(".parquet");
    assertThatThrownBy(
            () -> DataFiles.create(folder.resolve("no/a.arrow"), WriteOptions.defaults()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("create it first");
  }

  @Test
  void commitsOnce() {
    Path file = folder.resolve("a.arrow");
    try (FeatureWriter writer = DataFiles.create(file, WriteOptions.defaults());
        FeatureBatch batch = flights(0, 1)) {
      assertThatThrownBy(writer::commit).hasMessageContaining("found no batch");
      writer.write(batch);
      writer.commit();
      assertThatThrownBy(writer::commit).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> writer.write(batch)).isInstanceOf(IllegalStateException.class);
    }
    assertThat(file).exists();
  }

  /** The first column is decoded before the second one fails. */
  @Test
  void anIndexThatItsDictionaryLacksLeavesNothing() {
    DictionaryEncoding encoding = new DictionaryEncoding(1, false, null);
    MapDictionaryProvider dictionaries = new MapDictionaryProvider();
    try (VarCharVector words = new VarCharVector("words", memory);
        IntVector good = new IntVector("good", new FieldType(true, INDEX, encoding), memory);
        IntVector bad = new IntVector("bad", new FieldType(true, INDEX, encoding), memory)) {
      words.setSafe(0, new byte[] {'a'});
      words.setValueCount(1);
      dictionaries.put(new Dictionary(words, encoding));
      good.setSafe(0, 0);
      good.setValueCount(1);
      bad.setSafe(0, 7);
      bad.setValueCount(1);
      Path file = folder.resolve("words.arrow");
      try (FeatureWriter writer = DataFiles.create(file, WriteOptions.defaults());
          FeatureBatch batch =
              FeatureBatch.of(
                  new VectorSchemaRoot(List.<FieldVector>of(good, bad)), dictionaries)) {
        assertThatThrownBy(() -> writer.write(batch)).hasMessageContaining("7");
      }
      assertThat(folder).isEmptyDirectory();
    }
  }
}
