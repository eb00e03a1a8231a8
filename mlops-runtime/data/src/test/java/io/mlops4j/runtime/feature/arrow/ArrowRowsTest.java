package io.mlops4j.runtime.feature.arrow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.FeatureReader;
import io.mlops4j.feature.FeatureWriter;
import io.mlops4j.feature.ReadOptions;
import io.mlops4j.feature.WriteOptions;
import io.mlops4j.fixture.RowLines;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.Feature;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.runtime.feature.DataFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Columns, filters and several files. The fixtures are described in {@link Fixtures}. */
class ArrowRowsTest {
  private final RootAllocator memory = new RootAllocator();
  @TempDir private Path folder;

  @AfterEach
  void nothingIsLeftAllocated() {
    memory.close();
  }

  private List<String> rows(List<Path> files, ReadOptions options) {
    return RowLines.of(files, options, memory);
  }

  private static ReadOptions.Builder options() {
    return ReadOptions.builder();
  }

  @ParameterizedTest
  @ValueSource(strings = {"plain.arrow", "plain.arrows", "zstd.arrow", "lz4.arrow"})
  void readsChosenColumns(String name) {
    Path file = Fixtures.resource(name);
    assertThat(rows(List.of(file), options().columns("late", "hour").build()))
        .containsExactly(
            "late\thour", "true\t7", "false\tnull", "null\t23", "false\t0", "true\t-32768");
    assertThatThrownBy(() -> rows(List.of(file), options().columns("hours").build()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("found no column hours")
        .hasMessageContaining("did you mean \"hour\"?");
  }

  @ParameterizedTest
  @ValueSource(strings = {"plain.arrow", "plain.arrows", "zstd.arrow"})
  void readsRowsOfAFilter(String name) {
    List<Path> file = List.of(Fixtures.resource(name));
    assertThat(
            rows(file, options().columns("flight_id", "hour").filter("hour >= 0 -- day").build()))
        .containsExactly("flight_id\thour", "a-1\t7", "\t23", "d-4\t0");
    assertThat(rows(file, options().columns("hour").filter("flight_id = 'früh ✈'").build()))
        .containsExactly("hour", "null");
    assertThat(rows(file, options().columns("hour").filter("late AND delay > 1").build()))
        .containsExactly("hour", "-32768");
    assertThat(rows(file, options().columns("hour").filter("true").build())).hasSize(6);
    assertThat(rows(file, options().columns("hour").filter("hour = 99").build()))
        .containsExactly("hour");
    assertThatThrownBy(() -> rows(file, options().filter("hours > 1").build()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(name + ": cannot be read")
        .hasMessageContaining("found no column hours among [")
        .hasMessageContaining("did you mean \"hour\"?");
    assertThatThrownBy(() -> rows(file, options().filter("CAST(flight_id AS INT) > 1").build()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("a-1");
    assertThatThrownBy(() -> rows(file, options().filter("hour > ?").build()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"dictionary.arrow", "dictionary.arrows"})
  void readsColumnsAndRowsBesideDictionaries(String name) {
    Path file = Fixtures.resource(name);
    List<String> all = new ArrayList<>();
    String first;
    try (FeatureReader reader = ArrowFiles.open(file, memory)) {
      FeatureBatch batch = reader.iterator().next();
      batch.root().getSchema().getFields().forEach(field -> all.add(field.getName()));
      assertThat(all).contains("origin");
      try (var origin = PlainColumns.of(batch.column("origin"), batch)) {
        first = origin.getObject(0).toString();
      }
    }
    List<String> others = all.stream().filter(column -> !column.equals("origin")).toList();
    if (!others.isEmpty()) {
      assertThat(
              rows(List.of(file), options().columns(others.toArray(String[]::new)).build()).get(0))
          .doesNotContain("origin");
    }
    assertThat(rows(List.of(file), options().filter("origin = '" + first + "'").build()))
        .hasSizeBetween(2, 5);
    assertThat(rows(List.of(file), options().filter("origin = 'nowhere'").build())).hasSize(1);
  }

  @Test
  void readsSeveralFilesAsOne() throws IOException {
    Path file = Fixtures.resource("plain.arrow");
    Path other = Fixtures.resource("plain.arrows");
    assertThat(rows(List.of(file, other), options().columns("hour").filter("hour > 0").build()))
        .containsExactly("hour", "7", "23", "7", "23");
    Path narrow = folder.resolve("narrow.arrow");
    copy(List.of(file), options().columns("hour").build(), narrow, WriteOptions.defaults());
    assertThatThrownBy(() -> rows(List.of(file, narrow), ReadOptions.defaults()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("narrow.arrow: found the columns")
        .hasMessageContaining("expected those of");
  }

  @Test
  void checksTheFeaturesBeforeTheFirstRow() {
    FeatureSchema schema = FeatureSchema.of(Feature.of("serial", ElementType.FLOAT32));
    List<Path> file = List.of(Fixtures.resource("plain.arrow"));
    assertThatThrownBy(
            () -> DataFiles.open(file, options().features(schema).build(), memory).close())
        .isInstanceOf(DataException.class)
        .hasMessageContaining("plain.arrow: cannot be read: serial: found int64, expected float32");
    assertThatThrownBy(() -> rows(file, options().type("hour", ElementType.INT64).build()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("convert it to Parquet");
  }

  private void copy(List<Path> from, ReadOptions options, Path to, WriteOptions form) {
    try (FeatureReader reader = DataFiles.open(from, options, memory);
        FeatureWriter writer = DataFiles.create(to, form)) {
      for (FeatureBatch batch : reader) {
        writer.write(batch);
      }
      writer.commit();
    }
  }

  @ParameterizedTest
  @EnumSource(WriteOptions.Compression.class)
  void readsWhatItCompressed(WriteOptions.Compression compression) throws IOException {
    WriteOptions form = WriteOptions.builder().compression(compression).build();
    Path text = Files.writeString(folder.resolve("t.csv"), "t\n" + "some text\n".repeat(5000));
    for (String name : List.of("c.arrow", "c.parquet")) {
      Path file = folder.resolve(name);
      copy(List.of(text), ReadOptions.defaults(), file, form);
      assertThat(rows(List.of(file), ReadOptions.defaults())).hasSize(5001).contains("some text");
      if (name.equals("c.arrow")) {
        long size = Files.size(file);
        assertThat(size < 60_000).isEqualTo(compression != WriteOptions.Compression.NONE);
      }
    }
  }

  @Test
  void noticesAChangeWhileItReads() throws IOException {
    Path file = folder.resolve("c.arrow");
    Files.copy(Fixtures.resource("plain.arrow"), file);
    try (FeatureReader reader = ArrowFiles.open(file, memory)) {
      Iterator<FeatureBatch> batches = reader.iterator();
      batches.next();
      Files.write(file, new byte[8], StandardOpenOption.APPEND);
      assertThatThrownBy(() -> batches.forEachRemaining(batch -> {}))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("was changed while it was read");
    }
  }

  @Test
  void aFileThatShrinksIsAChangeToo() throws IOException {
    Path file = folder.resolve("c.arrow");
    Files.copy(Fixtures.resource("plain.arrow"), file);
    try (FeatureReader reader = ArrowFiles.open(file, memory)) {
      Iterator<FeatureBatch> batches = reader.iterator();
      Files.write(file, new byte[8]);
      assertThatThrownBy(batches::hasNext)
          .isInstanceOf(DataException.class)
          .hasMessageContaining("was changed while it was read");
    }
  }

  @Test
  void hasOnePassAndNothingAfterClose() {
    FeatureReader reader = ArrowFiles.open(Fixtures.resource("plain.arrow"), memory);
    Iterator<FeatureBatch> batches = reader.iterator();
    FeatureBatch first = batches.next();
    assertThatThrownBy(reader::iterator).isInstanceOf(IllegalStateException.class);
    reader.close();
    reader.close();
    assertThatThrownBy(batches::hasNext).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(first::rows).isInstanceOf(IllegalStateException.class);
  }
}
