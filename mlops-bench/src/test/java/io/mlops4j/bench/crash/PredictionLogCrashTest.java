package io.mlops4j.bench.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.fixture.Thorough;
import io.mlops4j.fixture.Waits;
import io.mlops4j.inference.InferenceEvent;
import io.mlops4j.inference.PredictionId;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.model.Digest;
import io.mlops4j.monitor.log.LogStatus;
import io.mlops4j.monitor.log.LoggedPredictions;
import io.mlops4j.monitor.log.PredictionLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VarCharVector;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A prediction log on a disk that loses power or fills up. */
@Thorough("kills")
@Timeout(300)
class PredictionLogCrashTest {
  private static final ServedBy SERVED =
      ServedBy.of("m", Digest.sha256(new byte[] {1}), null, null, "engine");

  @TempDir Path temp;

  private final BufferAllocator allocator = new RootAllocator();

  @AfterEach
  void noMemoryIsLeft() {
    allocator.close();
  }

  /** A call with one row, whose key is its number. */
  private record Call(long call, FeatureBatch features, FeatureBatch outputs)
      implements InferenceEvent {
    @Override
    public ServedBy servedBy() {
      return SERVED;
    }

    @Override
    public Route route() {
      return Route.PRIMARY;
    }

    @Override
    public PredictionId id(int row) {
      return new PredictionId(1, call, row);
    }

    @Override
    public int rows() {
      return features.rows();
    }

    @Override
    public long nanos(Phase phase) {
      return 1;
    }

    @Override
    public @Nullable Throwable error() {
      return null;
    }
  }

  private void send(PredictionLog log, long call) {
    try (FeatureBatch features =
            FeatureBatch.builder(allocator).strings("key", "k" + call % 10).build();
        FeatureBatch outputs = FeatureBatch.builder(allocator).floats("y", (float) call).build()) {
      log.onInference(new Call(call, features, outputs));
    }
  }

  private PredictionLog start(Path folder) {
    return PredictionLog.builder(folder, allocator)
        .keys("key")
        .rotateAfter(3_000, Duration.ofHours(1))
        .start();
  }

  private Set<String> ids(LoggedPredictions logged) {
    Set<String> ids = new TreeSet<>();
    try (var reader = logged.read()) {
      for (FeatureBatch batch : reader) {
        VarCharVector id = (VarCharVector) batch.column("log.id");
        for (int row = 0; row < batch.rows(); row++) {
          assertThat(ids.add(String.valueOf(id.getObject(row)))).isTrue();
        }
      }
    }
    return ids;
  }

  /** Looks at what a loss of power leaves, now and then. */
  private final class Losses implements UnsyncedDisk.Faults {
    private final long seed;
    private final Random random;
    private final Set<String> acknowledged = new TreeSet<>();
    private final Set<String> erasing = new TreeSet<>();
    private final List<String> lost = new ArrayList<>();
    private @Nullable UnsyncedDisk disk;
    private int left = 20;
    private int crashes;

    Losses(long seed) {
      this.seed = seed;
      this.random = new Random(seed);
    }

    @Override
    public synchronized void before(String operation) throws IOException {
      if (disk == null || left-- > 0) {
        return;
      }
      left = random.nextInt(30);
      Path after = Files.createDirectories(temp.resolve("crash-" + crashes++));
      if (random.nextBoolean()) {
        disk.crash(after);
      } else {
        disk.crash(after, random);
      }
      check(after.resolve("log"), operation);
    }

    private void check(Path folder, String operation) {
      if (!Files.isDirectory(folder)) {
        lost.addAll(acknowledged);
        return;
      }
      Set<String> found = ids(PredictionLog.open(folder, allocator));
      try (PredictionLog again = start(folder)) {
        assertThat(ids(again.read())).as(operation).isEqualTo(found);
        assertThat(again.read().damagedRows()).as(operation).isZero();
      }
      for (String id : acknowledged) {
        if (!found.contains(id) && !erasing.contains(id)) {
          lost.add(operation + ": " + id);
        }
      }
    }

    synchronized void acknowledged(long call) {
      acknowledged.add(new PredictionId(1, call, 0).toString());
    }

    synchronized void erase(int key) {
      for (long call = key; call < 1_000; call += 10) {
        erasing.add(new PredictionId(1, call, 0).toString());
      }
    }

    synchronized void erased() {
      acknowledged.removeAll(erasing);
      erasing.clear();
    }
  }

  private Losses run(boolean forces) throws IOException {
    Losses losses = new Losses(System.nanoTime());
    UnsyncedDisk disk =
        new UnsyncedDisk(Files.createDirectories(temp.resolve("disk")), losses, forces);
    try (PredictionLog log = start(disk.root().resolve("log"))) {
      losses.disk = disk;
      for (int call = 0; call < 60; call++) {
        send(log, call);
        log.flush();
        losses.acknowledged(call);
        if (call % 20 == 19) {
          losses.erase(call / 20);
          log.erase("key", "k" + call / 20);
          losses.erased();
        }
      }
    }
    assertThat(losses.crashes).isGreaterThan(10);
    return losses;
  }

  @Test
  void noAcknowledgedRowIsLostWhenThePowerFails() throws IOException {
    Losses losses = run(true);
    assertThat(losses.lost).as("seed %d", losses.seed).isEmpty();
  }

  /** Otherwise the test above would show nothing. */
  @Test
  void aDiskThatForcesNothingIsFoundOut() throws IOException {
    assertThat(run(false).lost).isNotEmpty();
  }

  private volatile boolean full;

  /** A folder of a disk that is full while it is said to be. */
  private Path folderThatMayBeFull() throws IOException {
    UnsyncedDisk disk =
        new UnsyncedDisk(
            Files.createDirectories(temp.resolve("disk")),
            operation -> {
              if (full && operation.startsWith("write")) {
                throw new IOException("No space left on device");
              }
            },
            true);
    return disk.root().resolve("log");
  }

  @Test
  void aFullDiskIsReportedAndRowsAreWrittenOnceThereIsRoom() throws IOException {
    Path folder = folderThatMayBeFull();
    try (PredictionLog log =
        PredictionLog.builder(folder, allocator)
            .keys("key")
            .queueRows(20)
            .acknowledgeEvery(Duration.ofMillis(10))
            .start()) {
      send(log, 0);
      log.flush();
      full = true;
      send(log, 1);
      assertThatThrownBy(log::flush)
          .isInstanceOf(DataException.class)
          .hasMessageContaining("No space left on device");
      assertThatThrownBy(() -> log.erase("key", "k0")).isInstanceOf(DataException.class);
      assertThat(log.status().problem().orElseThrow()).contains("No space left on device");
      for (int call = 2; call < 50; call++) {
        send(log, call); // never throws
      }
      assertThat(log.status().dropped()).isEqualTo(28);
      assertThat(log.status().acknowledged()).isEqualTo(1);
      full = false;
      Waits.until("the log writes again", () -> log.status().problem().isEmpty());
      log.flush(); // so that there is room in the queue
      send(log, 50);
      log.flush();
      assertThat(log.status().problem()).isEmpty();
      assertThat(log.status().acknowledged()).isEqualTo(51 - 28);
      assertThat(log.status().failed()).isZero();
      assertThat(ids(log.read())).hasSize(51 - 28);
    }
    assertThat(ids(PredictionLog.open(folder, allocator))).hasSize(51 - 28);
  }

  @Test
  void closingOnAFullDiskSaysHowManyRowsAreLostAndTheCountsAddUp() throws IOException {
    Path folder = folderThatMayBeFull();
    PredictionLog log = PredictionLog.builder(folder, allocator).keys("key").queueRows(20).start();
    send(log, 0);
    log.flush();
    full = true;
    for (int call = 1; call < 50; call++) {
      send(log, call);
    }
    long dropped = log.status().dropped();
    assertThatThrownBy(log::close)
        .isInstanceOf(DataException.class)
        .hasMessageContaining("lost " + (49 - dropped) + " rows")
        .hasMessageContaining("No space left on device");
    LogStatus status = log.status();
    assertThat(status.written()).isEqualTo(1);
    assertThat(status.acknowledged()).isEqualTo(1);
    assertThat(status.failed()).isEqualTo(49 - dropped);
    assertThat(status.dropped()).isEqualTo(dropped);
    assertThat(status.problem().orElseThrow()).contains("No space left on device");
    log.close(); // the second does nothing
    full = false;
    try (PredictionLog again = start(folder)) {
      assertThat(ids(again.read())).hasSize(1);
      send(again, 50);
    }
    assertThat(ids(PredictionLog.open(folder, allocator))).hasSize(2);
  }

  /** A call with more rows than a block takes has some in a block and some in no block. */
  @Test
  void aLargeCallThatIsHalfTakenWhenTheLogClosesIsCountedWhole() throws IOException {
    Path folder = folderThatMayBeFull();
    int rows = 200_000;
    PredictionLog log = PredictionLog.builder(folder, allocator).start();
    full = true;
    float[] values = new float[rows];
    try (FeatureBatch features = FeatureBatch.builder(allocator).floats("x", values).build();
        FeatureBatch outputs = FeatureBatch.builder(allocator).floats("y", values).build()) {
      log.onInference(new Call(1, features, outputs));
    }
    assertThatThrownBy(log::close).hasMessageContaining("lost " + rows + " rows");
    assertThat(log.status().written()).isZero();
    assertThat(log.status().failed()).isEqualTo(rows);
  }

  @Test
  void callsWaitAsLongAsTheyMayWhileTheDiskIsFullAndLoseNoRowIfItHasRoomInTime() throws Exception {
    Path folder = folderThatMayBeFull();
    try (PredictionLog log =
        PredictionLog.builder(folder, allocator)
            .keys("key")
            .queueRows(10)
            .acknowledgeEvery(Duration.ofMillis(1))
            .blockWhenFull(Duration.ofMinutes(5))
            .start()) {
      full = true;
      send(log, 0);
      Waits.until("the log has a problem", () -> log.status().problem().isPresent());
      Thread calls =
          new Thread(
              () -> {
                for (int call = 1; call < 40; call++) {
                  send(log, call);
                }
              });
      calls.start();
      Waits.until(calls, Thread.State.TIMED_WAITING); // for room in the queue
      assertThat(log.status().acknowledged()).isZero();
      full = false;
      calls.join();
      log.flush();
      assertThat(log.status().dropped()).isZero();
      assertThat(log.status().acknowledged()).isEqualTo(40);
      assertThat(ids(log.read())).hasSize(40);
    }
  }

  @Test
  void aCallThatWaitedLongEnoughDropsItsRows() throws IOException {
    Path folder = folderThatMayBeFull();
    PredictionLog log =
        PredictionLog.builder(folder, allocator)
            .queueRows(1)
            .acknowledgeEvery(Duration.ofMillis(1))
            .blockWhenFull(Duration.ofMillis(1))
            .start();
    full = true;
    for (int call = 0; call < 30; call++) {
      send(log, call);
    }
    LogStatus status = log.status();
    assertThat(status.dropped()).isPositive();
    full = false;
    log.close();
    assertThat(log.status().acknowledged()).isEqualTo(30 - status.dropped());
    assertThat(log.status().failed()).isZero();
  }
}
