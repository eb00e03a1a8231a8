package io.mlops4j.monitor.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.fixture.Sized;
import io.mlops4j.fixture.TestSize;
import io.mlops4j.monitor.log.file.SegmentIndex;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Files with other bytes than were written, or fewer. */
@Sized
@Timeout(300)
class DamageTest {
  private static final int BLOCKS = 2;
  private static final int ROWS = 1;

  @TempDir Path temp;

  private final BufferAllocator allocator = new RootAllocator();
  private Path data;
  private Path index;
  private byte[] dataBytes;
  private byte[] indexBytes;
  private List<String> all;

  @BeforeEach
  void writeTwoBlocks() throws IOException {
    try (PredictionLog log = PredictionLog.builder(temp, allocator).keys("key").start()) {
      for (int call = 0; call < BLOCKS; call++) {
        LogCalls.send(log, allocator, 1, call, ROWS);
        log.flush();
      }
    }
    data = only(".arrow");
    index = only(".index");
    dataBytes = Files.readAllBytes(data);
    indexBytes = Files.readAllBytes(index);
    all = LogCalls.ids(PredictionLog.open(temp, allocator));
    assertThat(all).hasSize(BLOCKS * ROWS);
  }

  @AfterEach
  void noMemoryIsLeft() {
    allocator.close();
  }

  private Path only(String suffix) throws IOException {
    try (Stream<Path> files = Files.list(temp)) {
      return files.filter(file -> file.toString().endsWith(suffix)).findFirst().orElseThrow();
    }
  }

  /** Every row is read as it was, or counted. */
  private int checkRead(String what) {
    LoggedPredictions logged = PredictionLog.open(temp, allocator);
    List<String> left = LogCalls.ids(logged);
    assertThat(all).as(what).containsAll(left);
    assertThat(left.size() + logged.damagedRows()).as(what).isEqualTo(all.size());
    assertThat(left).as(what).doesNotHaveDuplicates();
    return left.size();
  }

  @Test
  void everyFlippedByteOfTheRowsIsFound() throws IOException {
    Set<Integer> rowsLeft = new HashSet<>();
    for (int i : TestSize.positions(dataBytes.length, 12)) {
      byte[] flipped = dataBytes.clone();
      flipped[i] ^= (byte) (1 << (i % 8));
      Files.write(data, flipped);
      rowsLeft.add(checkRead("byte " + i + " of the rows"));
    }
    // Without the schema all rows are lost, otherwise those of one block.
    assertThat(rowsLeft).containsExactlyInAnyOrder(0, (BLOCKS - 1) * ROWS);
  }

  @Test
  void everyFlippedByteOfTheIndexCostsAtMostItsBlock() throws IOException {
    for (int i : TestSize.positions(indexBytes.length, 6)) {
      byte[] flipped = indexBytes.clone();
      flipped[i] ^= (byte) (1 << (i % 8));
      Files.write(index, flipped);
      assertThat(checkRead("byte " + i + " of the index"))
          .isGreaterThanOrEqualTo((BLOCKS - 1) * ROWS);
    }
  }

  @Test
  void rowsThatAreCutAtAnyLengthAreCountedAndTheOthersRead() throws IOException {
    for (int length : TestSize.positions(dataBytes.length, 12)) {
      Files.write(data, Arrays.copyOf(dataBytes, length));
      checkRead("rows of " + length + " bytes");
    }
  }

  @Test
  void theNextStartCutsWhatFollowsTheLastWholeEntry() throws IOException {
    for (int length : TestSize.positions(indexBytes.length, 6)) {
      Files.write(data, dataBytes);
      Files.write(index, Arrays.copyOf(indexBytes, length));
      SegmentIndex left = SegmentIndex.read(index);
      int rows = left.entries().size() * ROWS;
      try (PredictionLog log = PredictionLog.builder(temp, allocator).start()) {
        assertThat(log.status().tornBytes())
            .as("index of " + length)
            .isEqualTo(length - left.validBytes() + dataBytes.length - left.dataBytes());
      }
      assertThat(LogCalls.ids(PredictionLog.open(temp, allocator)))
          .as("index of " + length)
          .isEqualTo(all.subList(0, rows));
      assertThat(Files.exists(data)).isEqualTo(rows > 0);
    }
  }

  /** A crash cuts an entry off or leaves zeros; only damage changes one that is whole. */
  @Test
  void aDamagedEndOfAnOpenIndexIsNoTornWrite() throws IOException {
    int first = endOfEntries(1);
    int second = endOfEntries(2);
    for (int length = 0; length <= second; length++) {
      assertThat(read(Arrays.copyOf(indexBytes, length)).damagedEnd()).as("%d", length).isFalse();
    }
    assertThat(read(Arrays.copyOf(Arrays.copyOf(indexBytes, first), second)).damagedEnd())
        .isFalse();
    for (int i = first; i < second; i++) {
      byte[] flipped = Arrays.copyOf(indexBytes, second);
      flipped[i] ^= (byte) (1 << (i % 8));
      boolean looksLonger = i >= first + 12 && i < first + 16;
      assertThat(read(flipped).damagedEnd() || looksLonger).as("byte %d", i).isTrue();
    }
  }

  private SegmentIndex read(byte[] bytes) throws IOException {
    return SegmentIndex.read(Files.write(index, bytes));
  }

  private int endOfEntries(int entries) throws IOException {
    int length = 0;
    while (read(Arrays.copyOf(indexBytes, length)).entries().size() < entries) {
      length += 8;
    }
    return length;
  }

  @Test
  void bytesAfterTheLastBlockAreNotReadAndCutOff() throws IOException {
    byte[] longer = Arrays.copyOf(dataBytes, dataBytes.length + 100);
    Arrays.fill(longer, dataBytes.length, longer.length, (byte) 7);
    Files.write(data, longer);
    Files.write(index, Arrays.copyOf(indexBytes, indexBytes.length - 88)); // as if not completed
    assertThat(LogCalls.ids(PredictionLog.open(temp, allocator))).isEqualTo(all);
    try (PredictionLog log = PredictionLog.builder(temp, allocator).start()) {
      assertThat(log.status().tornBytes()).isEqualTo(100);
    }
    assertThat(data).hasBinaryContent(dataBytes);
    assertThat(SegmentIndex.readSeal(index)).isNotNull();
  }

  @Test
  void rowsWithoutAnIndexAreLeftAloneAndAnIndexWithoutRowsIsRemoved() throws IOException {
    Files.delete(index);
    PredictionLog.builder(temp, allocator).start().close();
    assertThat(data).hasBinaryContent(dataBytes);
    Files.write(index, indexBytes);
    Files.delete(data);
    PredictionLog.builder(temp, allocator).start().close();
    assertThat(index).doesNotExist();
  }
}
