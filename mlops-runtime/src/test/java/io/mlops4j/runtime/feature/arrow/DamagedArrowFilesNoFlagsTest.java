package io.mlops4j.runtime.feature.arrow;

import static io.mlops4j.runtime.feature.arrow.ArrowFilesTest.resource;
import static io.mlops4j.runtime.feature.arrow.ArrowFilesTest.truncated;
import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.FeatureReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Thousands of damaged files; without flags, as the debug allocator would take minutes. */
class DamagedArrowFilesNoFlagsTest {
  private final RootAllocator memory = new RootAllocator();
  @TempDir private Path folder;

  @AfterEach
  void nothingIsLeftAllocated() {
    memory.close();
  }

  private Path write(byte... bytes) throws IOException {
    return Files.write(folder.resolve("file.arrow"), bytes);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"plain.arrow", "zstd.arrow", "lz4.arrow", "dictionary.arrow", "plain.arrows"})
  void everyTruncationIsAnErrorOrEndsAtAWholeMessage(String file) throws IOException {
    int size = Files.readAllBytes(resource(file)).length;
    for (int length = 0; length < size; length++) {
      int rows = rowsOrMinusOne(write(truncated(file, length)));
      boolean stream = file.endsWith("s");
      assertThat(rows)
          .as("%d of %d bytes", length, size)
          .isIn(stream ? List.of(-1, 0, 3, 5) : List.of(-1));
      assertThat(memory.getAllocatedMemory()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "plain.arrow",
        "plain.arrows",
        "zstd.arrow",
        "lz4.arrow",
        "dictionary.arrow",
        "dictionary.arrows"
      })
  void damagedBytesAreReadOrRefusedAndNeverLoseMemory(String file) throws IOException {
    byte[] good = Files.readAllBytes(resource(file));
    long seed = 20010101;
    Random random = new Random(seed);
    int refused = 0;
    for (int i = 0; i < 250; i++) {
      byte[] bad = good.clone();
      int at = random.nextInt(bad.length);
      bad[at] = (byte) random.nextInt(256);
      try {
        refused += rowsOrMinusOne(write(bad)) < 0 ? 1 : 0;
        assertThat(memory.getAllocatedMemory()).isZero();
      } catch (Throwable e) {
        throw new AssertionError(
            file + " with byte " + at + " set to " + bad[at] + ", seed " + seed, e);
      }
    }
    assertThat(refused).isPositive();
  }

  /**
   * As offsets they begin before the data, as references they lead back to where they came from.
   */
  @ParameterizedTest
  @ValueSource(strings = {"dictionary.arrow", "tensors.arrow", "plain.arrows"})
  void negativeWordsAreReadOrRefused(String file) throws IOException {
    byte[] good = Files.readAllBytes(resource(file));
    for (int at = 0; at < good.length - 3; at += 4) {
      for (int word : new int[] {Integer.MIN_VALUE, -100, -60, -40, -12}) {
        byte[] bad = good.clone();
        ByteBuffer.wrap(bad).order(ByteOrder.LITTLE_ENDIAN).putInt(at, word);
        try {
          rowsOrMinusOne(write(bad));
          assertThat(memory.getAllocatedMemory()).isZero();
        } catch (Throwable e) {
          throw new AssertionError(file + " with " + word + " at byte " + at, e);
        }
      }
    }
  }

  /** Reads every value of every row; -1 when the file is refused somewhere. */
  private int rowsOrMinusOne(Path file) {
    int rows = 0;
    try (FeatureReader reader = ArrowFiles.open(file, memory)) {
      Iterator<FeatureBatch> batches = reader.iterator();
      try {
        while (batches.hasNext()) {
          FeatureBatch batch = batches.next();
          batch.root().getFieldVectors().forEach(ArrowFilesTest::values);
          rows += batch.rows();
        }
      } catch (DataException e) {
        assertThat(batches.hasNext()).as("goes on after an error").isFalse();
        return -1;
      }
    } catch (DataException e) {
      return -1;
    }
    return rows;
  }
}
