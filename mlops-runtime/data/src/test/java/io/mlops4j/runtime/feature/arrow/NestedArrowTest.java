package io.mlops4j.runtime.feature.arrow;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.FeatureReader;
import io.mlops4j.feature.FeatureWriter;
import io.mlops4j.feature.ReadOptions;
import io.mlops4j.feature.WriteOptions;
import io.mlops4j.feature.WriteOptions.Compression;
import io.mlops4j.fixture.Thorough;
import io.mlops4j.runtime.feature.DataFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Lists, arrays, maps and structs in Arrow files. DuckDB makes the expected rows. */
class NestedArrowTest {
  private static final String NESTED =
      """
      SELECT CASE i %% 3 WHEN 0 THEN NULL WHEN 1 THEN [] ELSE [[i], NULL, []] END AS lists,
        CASE WHEN i %% 5 > 0 THEN MAP {'one': i, 'früh ✈': NULL} END AS map,
        CASE WHEN i %% 7 > 0 THEN {'city': 'c' || i, 'at': [i * 0.5::DOUBLE, NULL]} END AS place,
        [{'tags': ['longer than twelve bytes ' || i, NULL]}, {'tags': []}, NULL] AS trips,
        MAP {i: {'x': [MAP {'y': i}]}} AS deep,
        CASE WHEN i %% 4 > 0 THEN [i, NULL]::FLOAT[2] END AS vector
      FROM range(%d) t(i)\
      """;

  private final RootAllocator memory = new RootAllocator();
  @TempDir private Path folder;

  @AfterEach
  void nothingIsLeftAllocated() {
    memory.close();
  }

  private FeatureReader query(int rows) {
    ReadOptions options = ReadOptions.builder().batchRows(1000).build();
    return DataFiles.query(NESTED.formatted(rows), options, memory);
  }

  private Path write(int rows, Compression compression) {
    Path file = folder.resolve("nested.arrow");
    WriteOptions options = WriteOptions.builder().compression(compression).build();
    try (FeatureReader values = query(rows);
        FeatureWriter writer = DataFiles.create(file, options)) {
      values.forEach(writer::write);
      writer.commit();
    }
    return file;
  }

  /** Each batch with its names. */
  private static List<String> rows(FeatureReader opened) {
    List<String> rows = new ArrayList<>();
    try (FeatureReader reader = opened) {
      for (FeatureBatch batch : reader) {
        rows.add(batch.root().contentToTSVString());
      }
    }
    return rows;
  }

  @ParameterizedTest
  @EnumSource(Compression.class)
  void readsTheNestedValuesThatItWrote(Compression compression) {
    Path file = write(2500, compression);
    assertThat(rows(DataFiles.open(file, memory))).hasSize(3).isEqualTo(rows(query(2500)));
  }

  /** Buffers of vectors without rows are shorter than their lengths say. */
  @ParameterizedTest
  @EnumSource(Compression.class)
  void writesZeroRowsAgainAndAgain(Compression compression) {
    Path file = write(0, compression);
    List<String> expected = rows(query(0));
    assertThat(rows(DataFiles.open(file, memory))).isEqualTo(expected);
    Path copy = folder.resolve("copy.arrow");
    WriteOptions options = WriteOptions.builder().compression(compression).build();
    try (FeatureReader values = DataFiles.open(file, memory);
        FeatureWriter writer = DataFiles.create(copy, options)) {
      for (FeatureBatch batch : values) {
        try (FeatureBatch none = batch.slice(0, 0)) {
          writer.write(none);
        }
      }
      writer.commit();
    }
    assertThat(rows(DataFiles.open(copy, memory))).isEqualTo(expected);
  }

  @Thorough("mutations")
  @Test
  void damagedBytesAreReadOrRefusedAndNeverLoseMemory() throws IOException {
    byte[] good = Files.readAllBytes(write(20, Compression.NONE));
    long seed = 20010101;
    Random random = new Random(seed);
    int refused = 0;
    for (int i = 0; i < 500; i++) {
      byte[] bad = good.clone();
      int at = random.nextInt(bad.length);
      bad[at] = (byte) random.nextInt(256);
      try {
        refused += isRead(Files.write(folder.resolve("bad.arrow"), bad)) ? 0 : 1;
        assertThat(memory.getAllocatedMemory()).isZero();
      } catch (Throwable e) {
        throw new AssertionError("byte " + at + " set to " + bad[at] + ", seed " + seed, e);
      }
    }
    assertThat(refused).isPositive();
  }

  private boolean isRead(Path file) {
    try (FeatureReader reader = DataFiles.open(file, memory)) {
      for (FeatureBatch batch : reader) {
        assertThat(batch.root().contentToTSVString()).isNotEmpty(); // reads every value
      }
      return true;
    } catch (DataException e) {
      return false;
    }
  }
}
