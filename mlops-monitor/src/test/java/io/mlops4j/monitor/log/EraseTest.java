package io.mlops4j.monitor.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.feature.FeatureBatch;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.UInt8Vector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EraseTest {
  @TempDir Path temp;

  private final BufferAllocator allocator = new RootAllocator();

  @AfterEach
  void noMemoryIsLeft() {
    allocator.close();
  }

  private PredictionLog start() {
    return PredictionLog.builder(temp, allocator).keys("key").start();
  }

  private boolean isOnDisk(String text) throws IOException {
    try (Stream<Path> files = Files.list(temp)) {
      for (Path file : files.toList()) {
        if (Files.readString(file, StandardCharsets.ISO_8859_1).contains(text)) {
          return true;
        }
      }
      return false;
    }
  }

  @Test
  void noByteOfAnErasedRowIsLeftAndAllOtherRowsAre() throws IOException {
    try (PredictionLog log = start()) {
      for (int call = 0; call < 20; call++) {
        LogCalls.send(log, allocator, 1 + call % 2, call, 5);
        if (call % 4 == 0) {
          log.flush();
        }
      }
      log.flush();
      List<String> before = LogCalls.ids(log.read());
      assertThat(isOnDisk("key-7-3.")).isTrue();
      String id = log.read().find("key", "key-7-3.").get(0).id().toString();

      assertThat(log.erase("key", "key-7-3.")).isEqualTo(new Erasure(1, 1, 0));

      assertThat(isOnDisk("key-7-3.")).isFalse();
      assertThat(isOnDisk(id)).isFalse();
      assertThat(log.read().find("key", "key-7-3.")).isEmpty();
      assertThat(log.read().find("key", "key-7-2.")).hasSize(1);
      List<String> expected = new ArrayList<>(before);
      expected.remove(id);
      assertThat(LogCalls.ids(log.read())).isEqualTo(expected);
      assertThat(log.erase("key", "key-7-3.")).isEqualTo(new Erasure(0, 0, 0));
      LogCalls.send(log, allocator, 1, 99, 1); // the log goes on
      log.flush();
      assertThat(LogCalls.ids(log.read())).hasSize(before.size());
      assertThat(log.read().damagedRows()).isZero();
    }
    try (PredictionLog log = start()) {
      assertThat(log.status().tornBytes()).isZero();
      assertThat(log.erase("key", "key-99-0.").rows()).isEqualTo(1);
      assertThat(log.read().find("key", "key-99-0.")).isEmpty();
      assertThat(isOnDisk("key-99-0.")).isFalse();
    }
  }

  @Test
  void readersGoOnWhileFilesAreRewrittenAndRotated() throws Exception {
    try (PredictionLog log =
        PredictionLog.builder(temp, allocator)
            .keys("key")
            .rotateAfter(2_000, Duration.ofHours(1))
            .start()) {
      LogCalls.send(log, allocator, 1, 0, 5);
      log.flush();
      AtomicBoolean ended = new AtomicBoolean();
      CompletableFuture<Integer> reads =
          CompletableFuture.supplyAsync(
              () -> {
                int count = 0;
                for (; !ended.get() || count == 0; count++) {
                  assertThat(log.read().find("key", "key-0-4.")).hasSize(1);
                }
                return count;
              });
      for (int call = 1; call < 30; call++) {
        LogCalls.send(log, allocator, 1, call, 5);
        log.flush();
        assertThat(log.erase("key", "key-" + call + "-1.").rows()).isEqualTo(1);
        if (call < 4) {
          assertThat(log.erase("key", "key-0-" + (call - 1) + ".").rows()).isEqualTo(1);
        }
      }
      ended.set(true);
      assertThat(reads.get(60, TimeUnit.SECONDS)).isPositive();
      assertThat(LogCalls.ids(log.read())).hasSize(30 * 5 - 29 - 3);
    }
  }

  @Test
  void anUnknownKeyColumnIsRefused() {
    try (PredictionLog log = start()) {
      assertThatThrownBy(() -> log.erase("town", "a"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("[key]");
    }
  }

  @Test
  void aFileMayBeRewrittenMoreThanAThousandTimes() throws IOException {
    try (PredictionLog log = start()) {
      LogCalls.send(log, allocator, 1, 1, 4);
    }
    for (String suffix : List.of(".arrow", ".index")) { // as 999 erasures leave them
      Files.move(
          temp.resolve("000000000001-000" + suffix), temp.resolve("000000000001-999" + suffix));
    }
    try (PredictionLog log = start()) {
      assertThat(log.erase("key", "key-1-1.").rows()).isEqualTo(1);
      assertThat(LogCalls.ids(log.read())).hasSize(3);
      assertThat(log.erase("key", "key-1-2.").rows()).isEqualTo(1);
      assertThat(isOnDisk("key-1-2.")).isFalse();
    }
    start().close();
    assertThat(LogCalls.ids(PredictionLog.open(temp, allocator))).hasSize(2);
  }

  @Test
  void rowsOfALogThatHadNoSuchKeyAreErasedToo() throws IOException {
    try (PredictionLog log = PredictionLog.builder(temp, allocator).start()) {
      LogCalls.send(log, allocator, 1, 1, 3);
    }
    try (PredictionLog log = start()) {
      LogCalls.send(log, allocator, 1, 1, 3);
      log.flush();
      assertThat(isOnDisk("key-1-1.")).isTrue();
      assertThat(log.erase("key", "key-1-1.")).isEqualTo(new Erasure(2, 2, 0));
      assertThat(isOnDisk("key-1-1.")).isFalse();
      assertThat(LogCalls.ids(log.read())).hasSize(4);
      assertThat(log.erase("key", "key-1-1.")).isEqualTo(new Erasure(0, 0, 0));
    }
  }

  @Test
  void rowsAreFoundAndErasedByKeysOfBytes() throws IOException {
    try (PredictionLog log = start()) {
      for (int call = 0; call < 2; call++) {
        LogCalls.sendBytes(log, allocator, call, "key", "Ann!", "Ben!", "Cyd!");
      }
      log.flush();
      assertThat(log.read().find("key", "42656e21")).hasSize(2); // Ben!
      assertThat(log.erase("key", "42656e21").rows()).isEqualTo(2);
      assertThat(isOnDisk("Ben!")).isFalse();
      assertThat(LogCalls.ids(log.read())).hasSize(4);
    }
  }

  @Test
  void largeUnsignedKeysAreDecimalText() {
    try (PredictionLog log = start()) {
      UInt8Vector keys = new UInt8Vector("key", allocator);
      keys.setSafe(0, -1L);
      try (VectorSchemaRoot root = VectorSchemaRoot.of(keys)) {
        root.setRowCount(1);
        try (LogCalls.Call call =
            new LogCalls.Call(
                LogCalls.version(1), 1, FeatureBatch.owning(root), LogCalls.score(allocator, 1))) {
          log.onInference(call);
        }
      }
      assertThat(log.erase("key", "18446744073709551615").rows()).isEqualTo(1);
    }
  }

  /** A kill between any two steps: the files are made as each step leaves them. */
  @Test
  void aCrashAtAnyStepLeavesAllRowsOrTheOtherRows() throws IOException {
    try (PredictionLog log = start()) {
      LogCalls.send(log, allocator, 1, 1, 3);
    }
    Map<String, byte[]> before = contents();
    List<String> all = LogCalls.ids(PredictionLog.open(temp, allocator));
    try (PredictionLog log = start()) {
      assertThat(log.erase("key", "key-1-1.").rows()).isEqualTo(1);
    }
    Map<String, byte[]> after = contents();
    List<String> rest = LogCalls.ids(PredictionLog.open(temp, allocator));
    String old = "000000000001-000";
    String next = "000000000001-001";
    assertThat(before).containsOnlyKeys(old + ".arrow", old + ".index");
    assertThat(after).containsOnlyKeys(next + ".arrow", next + ".index");

    List<List<String>> steps =
        List.of(
            List.of(old + ".arrow", old + ".index", next + ".arrow.new"),
            List.of(old + ".arrow", old + ".index", next + ".arrow.new", next + ".index.new"),
            List.of(old + ".arrow", old + ".index", next + ".arrow", next + ".index.new"),
            List.of(old + ".arrow", old + ".index", next + ".arrow", next + ".index"),
            List.of(old + ".index", next + ".arrow", next + ".index"),
            List.of(next + ".arrow", next + ".index"));
    for (int step = 0; step < steps.size(); step++) {
      for (String file : contents().keySet()) {
        Files.delete(temp.resolve(file));
      }
      for (String file : steps.get(step)) {
        String name = file.replace(".new", "");
        byte[] bytes = before.getOrDefault(name, after.get(name));
        Files.write(temp.resolve(file), bytes);
      }
      List<String> expected = step < 3 ? all : rest;
      assertThat(LogCalls.ids(PredictionLog.open(temp, allocator)))
          .as("step " + step)
          .isEqualTo(expected);
      start().close();
      assertThat(LogCalls.ids(PredictionLog.open(temp, allocator)))
          .as("step " + step)
          .isEqualTo(expected);
      assertThat(contents()).hasSize(2);
      if (step >= 3) {
        assertThat(isOnDisk("key-1-1.")).isFalse();
      }
    }
  }

  private Map<String, byte[]> contents() throws IOException {
    Map<String, byte[]> contents = new HashMap<>();
    try (Stream<Path> files = Files.list(temp)) {
      for (Path file : files.toList()) {
        if (!file.endsWith("LOCK")) {
          contents.put(file.getFileName().toString(), Files.readAllBytes(file));
        }
      }
    }
    return contents;
  }

  @Test
  void aDamagedBlockThatMayHoldTheKeyIsRemovedToo() throws IOException {
    try (PredictionLog log = start()) {
      LogCalls.send(log, allocator, 1, 1, 3);
      log.flush();
      LogCalls.send(log, allocator, 1, 2, 3);
    }
    Path data = temp.resolve("000000000001-000.arrow");
    byte[] bytes = Files.readAllBytes(data);
    int at = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("key-1-0.");
    bytes[at - 1] ^= 1;
    Files.write(data, bytes);
    try (PredictionLog log = start()) {
      assertThat(log.erase("key", "key-1-0.")).isEqualTo(new Erasure(0, 1, 3));
      assertThat(isOnDisk("key-1-0.")).isFalse();
      assertThat(LogCalls.ids(log.read())).hasSize(3);
    }
  }

  @Test
  void rowsWithoutAnIndexAreDeletedBecauseTheyMayBeOfTheKey() throws IOException {
    try (PredictionLog log = start()) {
      LogCalls.send(log, allocator, 1, 1, 3);
    }
    try (PredictionLog log = start()) {
      LogCalls.send(log, allocator, 1, 2, 3);
      log.flush();
      Files.delete(temp.resolve("000000000001-000.index"));
      assertThat(isOnDisk("key-1-1.")).isTrue();
      assertThat(log.erase("key", "key-1-1.")).isEqualTo(new Erasure(0, 1, 0));
      assertThat(isOnDisk("key-1-1.")).isFalse();
      LogCalls.send(log, allocator, 1, 3, 3);
      log.flush();
      assertThat(LogCalls.ids(log.read())).hasSize(6);
    }
    // As a loss of power may leave it: rows, and an index without an entry.
    Files.write(
        temp.resolve("000000000001-000.arrow"), "key-1-1.".getBytes(StandardCharsets.UTF_8));
    try (PredictionLog log = start()) {
      Files.write(temp.resolve("000000000000-000.arrow"), new byte[] {1});
      Files.write(temp.resolve("000000000000-000.index"), new byte[0]);
      assertThat(log.erase("key", "key-1-1.").files()).isEqualTo(2);
      assertThat(isOnDisk("key-1-1.")).isFalse();
      assertThat(LogCalls.ids(log.read())).hasSize(6);
    }
  }
}
