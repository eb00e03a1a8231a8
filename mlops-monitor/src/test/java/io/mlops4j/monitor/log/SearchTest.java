package io.mlops4j.monitor.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.monitor.log.file.FileFilter;
import io.mlops4j.monitor.log.file.SegmentIndex;
import io.mlops4j.monitor.log.file.Selection;
import io.mlops4j.monitor.log.row.Hashes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows are found by key and trace, and files that do not hold them are not read. */
class SearchTest {
  private static final int CALLS = 20;

  @TempDir Path temp;

  private final BufferAllocator allocator = new RootAllocator();

  @AfterEach
  void noMemoryIsLeft() {
    allocator.close();
  }

  /** Each call in a file of its own. */
  private void writeManyFiles(PredictionLog.Builder builder) {
    try (PredictionLog log = builder.keys("key").rotateAfter(1, Duration.ofHours(1)).start()) {
      for (int call = 90; call < 90 + CALLS; call++) {
        LogCalls.send(log, allocator, 1, call, 3);
        log.flush();
      }
    }
  }

  private LoggedPredictions read() {
    return PredictionLog.open(temp, allocator);
  }

  private List<Path> files(String suffix) throws IOException {
    try (Stream<Path> files = Files.list(temp)) {
      return files.filter(file -> file.toString().endsWith(suffix)).sorted().toList();
    }
  }

  @Test
  void aTraceFindsItsRowsAndNoOthers() {
    writeManyFiles(PredictionLog.builder(temp, allocator).traceIds(call -> "function"));
    String trace = LogCalls.trace(105);
    assertThat(read().findTrace(trace))
        .extracting(row -> row.keys().get("key"))
        .containsExactly("key-105-0.", "key-105-1.", "key-105-2.");
    assertThat(read().findTrace(trace)).allMatch(row -> row.traceId().orElseThrow().equals(trace));
    assertThat(read().findTrace("function")).hasSize(3 * 10); // of calls without an own trace
    assertThat(read().findTrace("no-such-trace")).isEmpty();
  }

  @Test
  void anErasureKeepsTheTracesOfTheOtherRows() {
    writeManyFiles(PredictionLog.builder(temp, allocator));
    try (PredictionLog log = PredictionLog.builder(temp, allocator).keys("key").start()) {
      assertThat(log.erase("key", "key-105-1.")).isEqualTo(new Erasure(1, 1, 0));
    }
    assertThat(read().findTrace(LogCalls.trace(105))).hasSize(2);
    assertThat(read().find("key", "key-105-2.")).hasSize(1);
    assertThat(read().find("key", "key-105-1.")).isEmpty();
  }

  /** Damages the entry of every file that the filter should rule out; reading it would count. */
  @Test
  void filesThatTheFilterRulesOutAreNotRead() throws IOException {
    writeManyFiles(PredictionLog.builder(temp, allocator));
    List<Path> indexes = files(".index");
    assertThat(indexes).hasSize(CALLS);
    for (Path index : indexes) {
      if (SegmentIndex.mayHold(index, Selection.ALL.trace(LogCalls.trace(105)))) {
        continue;
      }
      byte[] bytes = Files.readAllBytes(index);
      bytes[30] ^= 1;
      Files.write(index, bytes);
    }
    LoggedPredictions logged = read();
    assertThat(logged.findTrace(LogCalls.trace(105))).hasSize(3);
    assertThat(logged.damagedRows()).isZero();
    assertThat(LogCalls.ids(logged)).hasSizeLessThan(3 * CALLS / 4);
  }

  @Test
  void aKeyColumnThatNoFileHasIsRefusedAlthoughNoFileIsRead() {
    writeManyFiles(PredictionLog.builder(temp, allocator));
    assertThat(read().find("key", "no-such-key")).isEmpty();
    assertThatThrownBy(() -> read().find("town", "a"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[key]");
  }

  @Test
  void aFilterHoldsItsHashesAndFewOthersAndADamagedPageRulesNothingOut() throws IOException {
    long[] hashes = LongStream.range(0, 10_000).map(i -> Hashes.ofTrace("t" + i)).toArray();
    ByteBuffer bytes =
        ByteBuffer.allocate(FileFilter.bytes(hashes.length)).order(ByteOrder.LITTLE_ENDIAN);
    FileFilter.put(hashes, bytes);
    assertThat(bytes.hasRemaining()).isFalse();
    Path file = temp.resolve("filter");
    Files.write(file, bytes.array());
    try (FileChannel channel = FileChannel.open(file)) {
      for (long hash : hashes) {
        assertThat(FileFilter.mayHold(channel, 0, bytes.capacity(), hash)).isTrue();
      }
      int others = 0;
      for (int i = 10_000; i < 60_000; i++) {
        if (FileFilter.mayHold(channel, 0, bytes.capacity(), Hashes.ofTrace("t" + i))) {
          others++;
        }
      }
      assertThat(others).isLessThan(50_000 / 200);
    }
    byte[] damaged = bytes.array().clone();
    for (int page = 0; page < damaged.length; page += FileFilter.PAGE) {
      damaged[page] ^= 1;
    }
    Files.write(file, damaged);
    try (FileChannel channel = FileChannel.open(file)) {
      for (int i = 0; i < 20_000; i++) {
        assertThat(FileFilter.mayHold(channel, 0, damaged.length, Hashes.ofTrace("t" + i)))
            .isTrue();
      }
    }
  }

  @Test
  void compressedRowsAreReadFoundErasedAndReadTogetherWithOthers() throws IOException {
    try (PredictionLog log = PredictionLog.builder(temp, allocator).keys("key").start()) {
      LogCalls.send(log, allocator, 1, 1, 1_000);
    }
    long plain = Files.size(files(".arrow").get(0));
    try (PredictionLog log =
        PredictionLog.builder(temp, allocator).keys("key").compress().start()) {
      LogCalls.send(log, allocator, 1, 2, 1_000);
      log.flush();
      LogCalls.send(log, allocator, 1, 3, 0);
      LogCalls.send(log, allocator, 1, 4, 1);
    }
    assertThat(Files.size(files(".arrow").get(1))).isLessThan(plain / 3);
    assertThat(LogCalls.ids(read())).hasSize(2_001);
    LoggedPrediction plainRow = read().find("key", "key-1-7.").get(0);
    LoggedPrediction packed = read().find("key", "key-2-7.").get(0);
    assertThat(packed.outputs()).isEqualTo(plainRow.outputs());
    assertThat(packed.features()).containsEntry("town", "town2").containsEntry("x", 2 + 7 / 8.0);
    try (PredictionLog log =
        PredictionLog.builder(temp, allocator).keys("key").compress().start()) {
      assertThat(log.erase("key", "key-2-7.")).isEqualTo(new Erasure(1, 1, 0));
      assertThat(log.erase("key", "key-1-7.")).isEqualTo(new Erasure(1, 1, 0));
    }
    assertThat(Files.size(files(".arrow").get(0))).isLessThan(plain / 3); // rewritten
    assertThat(LogCalls.ids(read())).hasSize(1_999);
  }
}
