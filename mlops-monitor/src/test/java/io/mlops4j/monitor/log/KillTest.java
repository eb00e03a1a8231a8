package io.mlops4j.monitor.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.DataException;
import io.mlops4j.fixture.Sized;
import io.mlops4j.fixture.TestSize;
import io.mlops4j.inference.PredictionId;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Processes that are killed while they log, on one folder, one after the other. */
@Sized
@Timeout(300)
class KillTest {
  private static final int ROUNDS = TestSize.of(4, 10);

  @TempDir Path temp;

  private final BufferAllocator allocator = new RootAllocator();

  @AfterEach
  void noMemoryIsLeft() {
    allocator.close();
  }

  @Test
  void everyAcknowledgedRowIsThereAfterAKill() throws Exception {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    Path folder = temp.resolve("log");
    Set<String> acknowledged = new HashSet<>();
    for (int round = 0; round < ROUNDS; round++) {
      Process child = LogChild.start(folder, round, temp.resolve("errors"));
      try (BufferedReader out = child.inputReader()) {
        int until = 1 + random.nextInt(TestSize.of(15, 40));
        int acks = 0;
        for (String line = out.readLine(); line != null; line = out.readLine()) {
          if (line.startsWith("ACK ")) {
            acknowledged.add(line.substring(4));
            acks++;
          }
          if (acks == until) {
            LockSupport.parkNanos(random.nextInt(900_000));
            child.toHandle().destroyForcibly(); // the process would close its output too
            until = Integer.MAX_VALUE; // lines that it printed before still count
          }
        }
      }
      assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(temp.resolve("errors")).as("seed %d, round %d", seed, round).isEmptyFile();
      check(folder, acknowledged, "seed " + seed + ", round " + round);
    }
    assertThat(acknowledged).hasSizeGreaterThanOrEqualTo(ROUNDS);
    try (PredictionLog log = PredictionLog.builder(folder, allocator).keys("key").start()) {
      check(folder, acknowledged, "seed " + seed + ", after a repair");
      String call = acknowledged.iterator().next();
      assertThat(log.read().find("key", "key-" + call + "-3.")).hasSize(1);
    }
  }

  private void check(Path folder, Set<String> acknowledged, String what) {
    LoggedPredictions logged = PredictionLog.open(folder, allocator);
    List<String> ids = LogCalls.ids(logged);
    assertThat(ids).as(what).doesNotHaveDuplicates();
    Set<String> found = new HashSet<>(ids);
    for (String call : acknowledged) {
      for (int row = 0; row < LogChild.ROWS; row++) {
        String id = new PredictionId(0xfeed_0000_0000_0001L, Long.parseLong(call), row).toString();
        assertThat(found.contains(id)).as("%s: row %s", what, id).isTrue();
      }
    }
    assertThat(logged.damagedRows()).as(what).isZero();
  }

  @Test
  void aSecondProcessIsRefusedAndMayRead() throws IOException {
    Path folder = temp.resolve("log");
    Process child = LogChild.start(folder, 0, temp.resolve("errors"));
    try (BufferedReader out = child.inputReader()) {
      assertThat(out.readLine()).startsWith("TORN");
      assertThat(out.readLine()).startsWith("ACK");
      assertThatThrownBy(() -> PredictionLog.builder(folder, allocator).start())
          .isInstanceOf(DataException.class)
          .hasMessageContaining("process " + child.pid());
      assertThat(LogCalls.ids(PredictionLog.open(folder, allocator))).isNotEmpty();
    } finally {
      child.destroyForcibly();
    }
  }
}
