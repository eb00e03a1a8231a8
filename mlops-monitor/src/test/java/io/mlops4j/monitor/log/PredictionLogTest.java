package io.mlops4j.monitor.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.FeatureReader;
import io.mlops4j.feature.FixedShapeTensorType;
import io.mlops4j.feature.FixedShapeTensorVector;
import io.mlops4j.feature.internal.BatchLending;
import io.mlops4j.fixture.Waits;
import io.mlops4j.inference.InferenceEvent.Phase;
import io.mlops4j.inference.InferenceEvent.Route;
import io.mlops4j.inference.PredictionId;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.monitor.ManualClock;
import io.mlops4j.monitor.log.LogCalls.Call;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OutOfMemoryException;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.MapVector;
import org.apache.arrow.vector.complex.impl.UnionListWriter;
import org.apache.arrow.vector.complex.impl.UnionMapWriter;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryEncoder;
import org.apache.arrow.vector.dictionary.DictionaryProvider.MapDictionaryProvider;
import org.apache.arrow.vector.types.Types.MinorType;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PredictionLogTest {
  @TempDir Path temp;

  private final BufferAllocator allocator = new RootAllocator();

  @AfterEach
  void noMemoryIsLeft() {
    allocator.close();
  }

  private PredictionLog.Builder log() {
    return PredictionLog.builder(folder(), allocator).keys("key");
  }

  private Path folder() {
    return temp.resolve("log");
  }

  private LoggedPredictions read() {
    return PredictionLog.open(folder(), allocator);
  }

  private void send(PredictionLog log, int version, long call, int rows) {
    LogCalls.send(log, allocator, version, call, rows);
  }

  private static PredictionId id(long call, int row) {
    return new PredictionId(0xfeed_0000_0000_0001L, call, row);
  }

  private List<Path> files(String suffix) throws IOException {
    try (Stream<Path> files = Files.list(folder())) {
      return files.filter(file -> file.toString().endsWith(suffix)).sorted().toList();
    }
  }

  @Test
  void anAnswerInPlaceOfAnotherVersionSaysSo() {
    ServedBy.Fallback why =
        new ServedBy.Fallback(
            ServedBy.Reason.CIRCUIT_OPEN, LogCalls.version(2).version().orElseThrow());
    ServedBy by = LogCalls.version(1).asFallback(why);
    try (PredictionLog log = log().start();
        LogCalls.Call call =
            new LogCalls.Call(
                by, 7, LogCalls.features(allocator, 7, 5), LogCalls.score(allocator, 5))) {
      log.onInference(call);
    }
    LoggedPrediction found = read().find(id(7, 2)).orElseThrow();
    assertThat(found.route()).isEqualTo(Route.FALLBACK);
    assertThat(found.servedBy()).isEqualTo(by);
    assertThat(found.servedBy().fallback()).contains(why);
  }

  @Test
  void whatWasPredictedIsFoundByIdAndByKeyAlsoAfterARestart() {
    ManualClock clock = new ManualClock(Instant.parse("2001-02-03T04:05:06.123456Z"));
    try (PredictionLog log = log().clock(clock).traceIds(call -> "trace-1").start()) {
      send(log, 1, 7, 5);
      log.flush();
      assertThat(log.read().find(id(7, 2))).isPresent();
    }
    LoggedPrediction found = read().find(id(7, 2)).orElseThrow();
    assertThat(found.id()).isEqualTo(id(7, 2));
    assertThat(found.at()).isEqualTo(clock.instant());
    assertThat(found.servedBy()).isEqualTo(LogCalls.version(1));
    assertThat(found.route()).isEqualTo(Route.PRIMARY);
    assertThat(found.keys()).isEqualTo(Map.of("key", "key-7-2."));
    assertThat(found.features()).isEqualTo(Map.of("x", 7.25, "town", "town2"));
    assertThat(found.outputs()).isEqualTo(Map.of("score", 0.125f));
    assertThat(found.phases()).containsEntry(Phase.READ, Duration.ofNanos(400));
    assertThat(found.traceId()).contains("trace-1");
    assertThat(found.featureDigest()).isEmpty();
    assertThat(found.withheld()).isFalse();
    assertThat(read().find("key", "key-7-2.")).containsExactly(found);
    assertThat(read().find("key", "key-7-9.")).isEmpty();
    assertThat(read().find(id(8, 2))).isEmpty();
    assertThatThrownBy(() -> read().find("town", "town1"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("town")
        .hasMessageContaining("[key]");
  }

  @Test
  void rowsAreAcknowledgedWithoutAFlush() {
    try (PredictionLog log = log().acknowledgeEvery(Duration.ofMillis(5)).start()) {
      send(log, 1, 1, 3);
      Waits.until("three rows are acknowledged", () -> log.status().acknowledged() >= 3);
      assertThat(LogCalls.ids(read())).hasSize(3);
    }
  }

  @Test
  void eightThreadsAreCountedExactlyWhetherRowsFitOrNot() throws Exception {
    int threads = 8;
    int calls = 200;
    try (PredictionLog log = log().queueRows(100).start()) {
      List<Thread> writers = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        int from = t * calls;
        writers.add(
            new Thread(
                () -> {
                  for (int call = from; call < from + calls; call++) {
                    send(log, 1 + call % 2, call, 1 + call % 9);
                  }
                }));
      }
      writers.forEach(Thread::start);
      for (Thread writer : writers) {
        writer.join();
      }
      log.flush();
      long sent = IntStream.range(0, threads * calls).mapToLong(call -> 1 + call % 9).sum();
      LogStatus status = log.status();
      assertThat(status.written() + status.dropped()).isEqualTo(sent);
      assertThat(status.acknowledged()).isEqualTo(status.written());
      assertThat(status.failed()).isZero();
      assertThat(LogCalls.ids(read()))
          .hasSize(Math.toIntExact(status.written()))
          .doesNotHaveDuplicates();
    }
  }

  /** Files that were deleted while open take rows without an error. */
  @Test
  void aFolderThatVanishesIsNoticedAndMadeAgain() throws IOException {
    try (PredictionLog log = log().acknowledgeEvery(Duration.ofMillis(5)).start()) {
      send(log, 1, 1, 3);
      log.flush();
      Path away = temp.resolve("away");
      Files.move(folder(), away);
      Files.createFile(folder()); // in the way of a new folder
      send(log, 1, 2, 2);
      Waits.until("the log has a problem", () -> log.status().problem().isPresent());
      assertThat(log.status().problem().orElseThrow()).startsWith(folder() + ": cannot write: ");
      Files.delete(folder());
      Waits.until("the rows are acknowledged", () -> log.status().acknowledged() >= 5);
      Waits.until("the problem is over", () -> log.status().problem().isEmpty());
      assertThat(LogCalls.ids(read())).hasSize(2);
      assertThat(LogCalls.ids(PredictionLog.open(away, allocator))).hasSize(3);
      assertThatThrownBy(() -> log().start())
          .isInstanceOf(DataException.class)
          .hasMessageContaining("close that log");
      assertThat(log.status().files()).isEqualTo(1);
    }
  }

  @Test
  void oldFilesGoWhileTheDiskTakesNoRows() throws IOException {
    ManualClock clock = new ManualClock(Instant.parse("2001-02-01T12:00:00Z"));
    try (PredictionLog log =
        log()
            .clock(clock)
            .rotateAfter(1 << 20, Duration.ofHours(1))
            .keepFor(Duration.ofHours(10))
            .start()) {
      send(log, 1, 1, 2);
      log.flush();
      clock.advance(Duration.ofHours(1));
      log.flush(); // completes the file
      for (int number = 2; number < 500; number++) { // the next one is tried every second
        Files.createFile(folder().resolve("%012d-000.index".formatted(number)));
      }
      clock.advance(Duration.ofHours(12));
      send(log, 1, 2, 2);
      Waits.until("the old file is gone", () -> log.status().files() == 0);
      assertThat(files(".arrow")).isEmpty();
      assertThat(log.status().problem()).isPresent();
      for (Path file : files(".index")) {
        Files.delete(file);
      }
      Waits.until("the rows are acknowledged", () -> log.status().acknowledged() == 4);
    }
    assertThat(LogCalls.ids(read())).hasSize(2);
  }

  @Test
  void aCallThatMayWaitLosesNoRow() throws Exception {
    try (PredictionLog log = log().queueRows(10).blockWhenFull(Duration.ofMinutes(1)).start()) {
      List<Thread> writers = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        int from = 100 * t;
        writers.add(
            new Thread(
                () -> IntStream.range(from, from + 100).forEach(call -> send(log, 1, call, 3))));
      }
      writers.forEach(Thread::start);
      for (Thread writer : writers) {
        writer.join();
      }
      log.flush();
      assertThat(log.status().acknowledged()).isEqualTo(1200);
      assertThat(log.status().dropped()).isZero();
    }
  }

  @Test
  void versionsAndColumnsThatTakeTurnsHaveFilesOfTheirOwn() throws IOException {
    try (PredictionLog log = log().start()) {
      for (int i = 0; i < 40; i++) {
        send(log, 1 + i % 2, i, 2);
        try (Call other =
            new Call(
                LogCalls.version(1),
                1000 + i,
                FeatureBatch.builder(allocator).longs("key", i).booleans("y", true).build(),
                LogCalls.score(allocator, 1))) {
          log.onInference(other);
        }
        if (i % 8 == 0) {
          log.flush();
        }
      }
    }
    assertThat(files(".arrow")).hasSize(3);
    assertThat(LogCalls.ids(read())).hasSize(120);
    assertThat(LogCalls.ids(read().servedBy(LogCalls.version(2)::equals))).hasSize(40);
    assertThat(read().find("key", "17"))
        .singleElement()
        .satisfies(
            row -> assertThat(row.features()).isEqualTo(Map.of("y", true)),
            row -> assertThat(row.keys()).isEqualTo(Map.of("key", 17L)));
  }

  @Test
  void moreKindsOfRowsThanFilesThatMayBeOpenAreAllWritten() {
    try (PredictionLog log = log().start()) {
      for (int round = 0; round < 2; round++) {
        for (int version = 1; version <= 40; version++) {
          send(log, version, 100 * round + version, 1);
        }
      }
    }
    assertThat(LogCalls.ids(read())).hasSize(80);
  }

  @Test
  void emptyBatchesAndFailedCallsWriteNothing() {
    try (PredictionLog log = log().start()) {
      send(log, 1, 1, 0);
      log.flush();
      assertThat(log.status().written()).isZero();
    }
    assertThat(LogCalls.ids(read())).isEmpty();
  }

  /** A runtime makes the columns of its collected records when they are read. */
  @Test
  void rowsThatCannotBecomeColumnsAreCountedAsFailedAndTheNextAreWritten() {
    try (PredictionLog log = log().start()) {
      FeatureBatch unreadable =
          BatchLending.late(
              3,
              () -> {
                throw new OutOfMemoryException("planted");
              },
              () -> {});
      try (Call bad = new Call(LogCalls.version(1), 1, unreadable, LogCalls.score(allocator, 3))) {
        log.onInference(bad);
      }
      log.flush();
      assertThat(log.status().failed()).isEqualTo(3);
      assertThat(log.status().problem().orElseThrow()).contains("planted");
      send(log, 1, 2, 4);
    }
    assertThat(LogCalls.ids(read())).hasSize(4);
  }

  @Test
  void aCallWithoutTheKeyIsCountedAsFailedAndTheNextIsWritten() {
    try (PredictionLog log = PredictionLog.builder(folder(), allocator).keys("id").start()) {
      send(log, 1, 1, 4);
      log.flush();
      assertThat(log.status().problem().orElseThrow()).contains("found no \"id\"");
      try (Call good =
          new Call(
              LogCalls.version(1),
              2,
              FeatureBatch.builder(allocator).strings("id", "a", "b").build(),
              LogCalls.score(allocator, 2))) {
        log.onInference(good);
      }
      log.flush();
      assertThat(log.status().failed()).isEqualTo(4);
      assertThat(log.status().acknowledged()).isEqualTo(2);
      assertThat(log.status().problem()).isEmpty();
    }
  }

  @Test
  void aTraceThatCannotBeFoundCostsNoRow() {
    try (PredictionLog log =
        log()
            .traceIds(
                call -> {
                  throw new IllegalStateException("no trace");
                })
            .start()) {
      send(log, 1, 1, 2);
    }
    assertThat(read().find(id(1, 1)).orElseThrow().traceId()).isEmpty();
  }

  @Test
  void onlyAllowedColumnsAreWritten() {
    try (PredictionLog log = log().features("x").outputs("none").start()) {
      send(log, 1, 1, 2);
    }
    LoggedPrediction row = read().find(id(1, 1)).orElseThrow();
    assertThat(row.features()).isEqualTo(Map.of("x", 1.125));
    assertThat(row.outputs()).isEmpty();
    assertThat(row.keys()).containsKey("key");
  }

  @Test
  void aDigestShowsWhetherARowIsTheOneThatWasPredictedFrom() {
    try (PredictionLog log = log().featureDigests().start()) {
      send(log, 1, 5, 3);
    }
    LoggedPrediction row = read().find(id(5, 1)).orElseThrow();
    assertThat(row.features()).isEmpty();
    LoggedPrediction.FeatureDigest digest = row.featureDigest().orElseThrow();
    assertThat(digest.columns()).containsExactly("town", "x");
    try (FeatureBatch same = LogCalls.features(allocator, 5, 3);
        FeatureBatch other = LogCalls.features(allocator, 6, 3);
        FeatureBatch third = LogCalls.score(allocator, 3)) {
      assertThat(digest.matches(same, 1)).isTrue();
      assertThat(digest.matches(same, 2)).isFalse();
      assertThat(digest.matches(other, 1)).isFalse();
      assertThat(digest.matches(third, 1)).isFalse();
    }
  }

  @Test
  void rareTextsNeverReachTheDiskAndCommonOnesDo() throws IOException {
    try (PredictionLog log = log().withholdTextBelow(3).start()) {
      for (int call = 0; call < 6; call++) {
        try (Call one =
            new Call(
                LogCalls.version(1),
                call,
                FeatureBatch.builder(allocator)
                    .strings("key", "k" + call % 5, "always-the-same-key")
                    .strings("town", call == 3 ? "Hermit-Hill" : "Metropolis", "Repeated-Rock")
                    .build(),
                FeatureBatch.builder(allocator).strings("label", "late", "late").build())) {
          log.onInference(one);
        }
      }
    }
    assertThat(bytes(files(".arrow"))).contains("Metropolis").doesNotContain("Hermit", "Repeated");
    assertThat(read().find(id(0, 0)).orElseThrow().features()).containsEntry("town", null);
    assertThat(read().find(id(0, 0)).orElseThrow().withheld()).isTrue();
    LoggedPrediction common = read().find(id(4, 0)).orElseThrow();
    assertThat(common.features()).containsEntry("town", "Metropolis");
    assertThat(common.outputs()).containsEntry("label", "late");
    assertThat(common.withheld()).isFalse();
  }

  @Test
  void rowsOfOneKeyOfBytesAreNotTakenForRowsOfSeveral() throws IOException {
    try (PredictionLog log = log().withholdTextBelow(3).start()) {
      for (int call = 0; call < 6; call++) {
        LogCalls.sendBytes(log, allocator, call, "key", "Ann!");
      }
    }
    assertThat(bytes(files(".arrow"))).doesNotContain("town Ann!");
  }

  @Test
  void rareBytesOfEveryTypeAreWithheldAndCommonOnesAreNot() throws IOException {
    try (PredictionLog log =
        PredictionLog.builder(folder(), allocator).withholdTextBelow(3).start()) {
      for (int call = 0; call < 3; call++) {
        LogCalls.sendBytes(log, allocator, call, "fixed", "Ann!", call == 1 ? "Ben!" : "Cyd!");
      }
    }
    assertThat(bytes(files(".arrow"))).contains("Ann!", "large Ann!").doesNotContain("Ben", "Cyd");
  }

  @Test
  void aDigestCoversBytesOfEveryType() {
    try (PredictionLog log = PredictionLog.builder(folder(), allocator).featureDigests().start()) {
      LogCalls.sendBytes(log, allocator, 1, "fixed", "Ann!", "Ann!", "Ben!");
    }
    List<Object> digests =
        IntStream.range(0, 3)
            .<Object>mapToObj(
                row -> read().find(id(1, row)).orElseThrow().featureDigest().orElseThrow())
            .toList();
    assertThat(digests.get(1)).isEqualTo(digests.get(0)).isNotEqualTo(digests.get(2));
  }

  private static String bytes(List<Path> files) throws IOException {
    StringBuilder all = new StringBuilder();
    for (Path file : files) {
      all.append(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
    }
    return all.toString();
  }

  @Test
  void aTimeRangeReadsItsRowsAlsoIfTheClockWentBack() {
    ManualClock clock = new ManualClock(Instant.parse("2001-02-01T12:00:00Z"));
    try (PredictionLog log = log().clock(clock).start()) {
      send(log, 1, 1, 2);
      clock.set(Instant.parse("2001-02-02T12:00:00Z"));
      send(log, 1, 2, 2);
      clock.set(Instant.parse("2001-01-31T12:00:00Z"));
      send(log, 1, 3, 2);
      log.flush();
    }
    LoggedPredictions first =
        read()
            .from(Instant.parse("2001-02-01T00:00:00Z"))
            .until(Instant.parse("2001-02-02T00:00:00Z"));
    assertThat(LogCalls.ids(first)).containsExactly(id(1, 0).toString(), id(1, 1).toString());
    assertThat(LogCalls.ids(read().until(Instant.parse("2001-02-01T12:00:00Z")))).hasSize(2);
    assertThat(LogCalls.ids(read().from(Instant.parse("2001-02-01T12:00:00Z")))).hasSize(4);
    assertThat(LogCalls.ids(read().from(Instant.parse("2001-03-01T00:00:00Z")))).isEmpty();
    assertThat(first.find(id(2, 0))).isEmpty();
    assertThat(LogCalls.ids(read().only(id(3, 1), id(1, 0)))).hasSize(2);
    assertThat(read().only(id(3, 1)).find(id(3, 1))).isPresent();
    assertThat(read().only(id(3, 1)).find(id(1, 0))).isEmpty();
  }

  @Test
  void filesRotateBySizeAndTimeAndOldOnesGo() throws IOException {
    ManualClock clock = new ManualClock(Instant.parse("2001-02-01T12:00:00Z"));
    try (PredictionLog log =
        log()
            .clock(clock)
            .rotateAfter(1 << 20, Duration.ofHours(1))
            .keepFor(Duration.ofHours(10))
            .start()) {
      send(log, 1, 1, 2);
      log.flush();
      clock.set(Instant.parse("2001-02-01T13:00:00Z"));
      log.flush(); // completes the first file
      send(log, 1, 2, 2);
      log.flush();
      assertThat(log.status().files()).isEqualTo(2);
      clock.set(Instant.parse("2001-02-01T12:30:00Z")); // back, within the hour
      send(log, 1, 3, 2);
      log.flush();
      assertThat(log.status().files()).isEqualTo(2);
      clock.set(Instant.parse("2001-02-01T22:30:00Z"));
      log.flush();
      assertThat(log.status().files()).isEqualTo(1);
      assertThat(LogCalls.ids(read())).hasSize(4);
    }
    try (PredictionLog log = log().rotateAfter(1, Duration.ofHours(1)).keepBytes(20_000).start()) {
      for (int call = 0; call < 30; call++) {
        send(log, 1, 10 + call, 5);
        log.flush();
      }
      log.flush();
      assertThat(log.status().bytesOnDisk()).isBetween(10_000L, 20_000L);
      assertThat(read().find(id(39, 0))).isPresent();
      assertThat(read().find(id(10, 0))).isEmpty();
      long size = 0;
      for (Path file : files("")) {
        size += file.endsWith("LOCK") ? 0 : Files.size(file);
      }
      assertThat(log.status().bytesOnDisk()).isEqualTo(size);
    }
  }

  /** Files of the default size would be larger than all that is kept. */
  @Test
  void retentionBySizeLeavesAtLeastSevenEighths() {
    long kept = 2_000_000;
    long fullest = 0;
    try (PredictionLog log = log().keepBytes(kept).start()) {
      for (int call = 0; call < 40; call++) {
        send(log, 1, call, 1_000);
        log.flush();
        long bytes = log.status().bytesOnDisk();
        assertThat(bytes).isLessThanOrEqualTo(kept);
        assertThat(bytes).isGreaterThanOrEqualTo(fullest < kept * 7 / 8 ? fullest : kept * 7 / 8);
        fullest = Math.max(fullest, bytes);
      }
      assertThat(read().find(id(0, 0))).isEmpty();
      send(log, 1, 40, 40_000); // far more than is kept
      log.flush();
      assertThat(log.status().bytesOnDisk()).isBetween(kept * 7 / 8, kept);
    }
  }

  @Test
  void everyTimeMayBeForEver() {
    Duration ever = ChronoUnit.FOREVER.getDuration();
    try (PredictionLog log =
        log()
            .acknowledgeEvery(ever)
            .blockWhenFull(ever)
            .rotateAfter(1, ever)
            .keepFor(ever)
            .queueRows(2)
            .start()) {
      send(log, 1, 1, 2);
      log.flush();
      send(log, 1, 2, 2);
      log.flush();
      assertThat(log.status().problem()).isEmpty();
      assertThat(log.status().acknowledged()).isEqualTo(4);
    }
    LoggedPredictions all = read().from(Instant.MIN).until(Instant.MAX);
    assertThat(LogCalls.ids(all)).hasSize(4);
  }

  /** Such a time is a mistake of the clock, and no reason to lose rows. */
  @ParameterizedTest
  @ValueSource(strings = {"-1000000000-01-01T00:00:00Z", "+1000000000-12-31T23:59:59Z"})
  void aClockFarOffLosesNoRow(String time) {
    ManualClock clock = new ManualClock(Instant.parse(time));
    try (PredictionLog log = log().clock(clock).keepFor(Duration.ofDays(400)).start()) {
      send(log, 1, 1, 2);
      log.flush();
      assertThat(log.status().acknowledged()).isEqualTo(2);
    }
    assertThat(LogCalls.ids(read())).hasSize(2);
  }

  @Test
  void aSecondLogOnTheSameFolderIsRefused() {
    PredictionLog first = log().start();
    assertThatThrownBy(() -> log().start())
        .isInstanceOf(DataException.class)
        .hasMessageContaining(folder().toString())
        .hasMessageContaining("process " + ProcessHandle.current().pid());
    first.close();
    log().start().close();
  }

  @Test
  void aClosedLogDropsWhatComesAndDoesNotErase() {
    PredictionLog log = log().start();
    log.close();
    log.close();
    send(log, 1, 1, 3);
    log.flush();
    assertThat(log.status().dropped()).isEqualTo(3);
    assertThatThrownBy(() -> log.erase("key", "a")).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void columnsOfEveryKindKeepTheirValues() {
    int rows = 3;
    Map<Integer, LoggedPrediction> found = new HashMap<>();
    try (PredictionLog log = log().start()) {
      for (int call = 0; call < 3; call++) {
        sendEveryKind(log, call, rows);
      }
    }
    for (int call = 0; call < 3; call++) {
      LoggedPrediction row = read().find(id(call, 1)).orElseThrow();
      assertThat(row.features())
          .containsEntry("coded", "two")
          .containsEntry("image", List.of(2f, 3f))
          .containsEntry("words", List.of("w1", "w1"))
          .containsEntry("log.id", 1.5);
      assertThat(row.outputs().get("byClass").toString()).contains("a", "0.25");
      found.put(call, row);
    }
    assertThat(found).hasSize(3);
    assertThat(LogCalls.ids(read())).hasSize(9);
  }

  /** Arrow would enlarge such a column without end; here, up to the limit of the allocator. */
  @Test
  void tensorsWithoutElementsAreLogged() {
    try (BufferAllocator small = allocator.newChildAllocator("small", 0, 32 << 20);
        FixedShapeTensorVector boxes =
            (FixedShapeTensorVector)
                FixedShapeTensorType.of(0, 4)
                    .field("boxes", MinorType.FLOAT4.getType())
                    .createVector(allocator)) {
      boxes.getUnderlyingVector().setNotNull(0);
      boxes.getUnderlyingVector().setNotNull(2);
      boxes.setValueCount(3);
      try (PredictionLog log = PredictionLog.builder(folder(), small).start()) {
        for (int call = 1; call <= 2; call++) {
          try (FeatureBatch features = FeatureBatch.of(VectorSchemaRoot.of(boxes));
              Call one =
                  new Call(LogCalls.version(1), call, features, LogCalls.score(allocator, 3))) {
            log.onInference(one);
          }
        }
        log.flush();
        assertThat(log.status().acknowledged()).isEqualTo(6);
      }
    }
    LoggedPrediction found = read().find(id(2, 2)).orElseThrow();
    assertThat(found.features()).containsEntry("boxes", List.of());
  }

  private void sendEveryKind(PredictionLog log, int call, int rows) {
    MapDictionaryProvider dictionaries = new MapDictionaryProvider();
    try (VarCharVector names = texts("names", "one", "two");
        VarCharVector plain = texts("coded", "one", "two", "one")) {
      DictionaryEncoding encoding = new DictionaryEncoding(1, false, null);
      Dictionary dictionary = new Dictionary(names, encoding);
      dictionaries.put(dictionary);
      try (FeatureBatch images =
              FeatureBatch.builder(allocator)
                  .strings("key", "a", "b", "c")
                  .doubles("log.id", 0.5, 1.5, 2.5)
                  .floats("image", 0, 1, 2, 3, 4, 5)
                  .asTensors(2)
                  .build();
          VectorSchemaRoot answers = VectorSchemaRoot.of(maps(rows));
          ListVector words = words(rows);
          FixedSizeListVector nothing = FixedSizeListVector.empty("unused", 2, allocator)) {
        nothing.setValueCount(0);
        List<org.apache.arrow.vector.FieldVector> columns = new ArrayList<>();
        columns.add(
            (org.apache.arrow.vector.FieldVector) DictionaryEncoder.encode(plain, dictionary));
        columns.addAll(images.root().getFieldVectors());
        columns.add(words);
        VectorSchemaRoot root = new VectorSchemaRoot(columns);
        try (Call one =
            new Call(
                LogCalls.version(1),
                call,
                FeatureBatch.of(root, dictionaries),
                FeatureBatch.of(answers))) {
          log.onInference(one);
        }
        columns.get(0).close();
      }
    }
  }

  private VarCharVector texts(String name, String... values) {
    VarCharVector vector = new VarCharVector(name, allocator);
    vector.allocateNew();
    for (int i = 0; i < values.length; i++) {
      vector.setSafe(i, values[i].getBytes(StandardCharsets.UTF_8));
    }
    vector.setValueCount(values.length);
    return vector;
  }

  private ListVector words(int rows) {
    ListVector list = ListVector.empty("words", allocator);
    UnionListWriter writer = list.getWriter();
    for (int row = 0; row < rows; row++) {
      writer.setPosition(row);
      writer.startList();
      for (int i = 0; i <= row; i++) {
        writer.writeVarChar("w" + row);
      }
      writer.endList();
    }
    writer.setValueCount(rows);
    list.setValueCount(rows);
    return list;
  }

  private MapVector maps(int rows) {
    MapVector map = MapVector.empty("byClass", allocator, false);
    UnionMapWriter writer = map.getWriter();
    for (int row = 0; row < rows; row++) {
      writer.setPosition(row);
      writer.startMap();
      writer.startEntry();
      writer.key().varChar().writeVarChar("a");
      writer.value().float4().writeFloat4(0.25f * row);
      writer.endEntry();
      writer.endMap();
    }
    writer.setValueCount(rows);
    map.setValueCount(rows);
    return map;
  }

  @Test
  void aLargeCallIsSplitIntoBlocksAndReadBackInOrder() {
    int rows = 200_000;
    try (PredictionLog log = log().start()) {
      send(log, 1, 1, rows);
      log.flush();
      assertThat(log.status().acknowledged()).isEqualTo(rows);
    }
    int row = 0;
    try (FeatureReader reader = read().read()) {
      for (FeatureBatch batch : reader) {
        Float8Vector x = (Float8Vector) batch.column("x");
        Float4Vector score = (Float4Vector) batch.column("output.score");
        for (int i = 0; i < batch.rows(); i++, row++) {
          assertThat(x.get(i)).isEqualTo(1 + row / 8.0);
          assertThat(score.get(i)).isEqualTo(row / 16f);
        }
      }
    }
    assertThat(row).isEqualTo(rows);
  }

  @Test
  void theMemoryOfALargeBlockIsUsedAgainAndFreedWhenNoRowsFollow() {
    try (PredictionLog log = log().start()) {
      send(log, 1, 150, 50_000); // with traces
      log.flush();
      assertThat(allocator.getAllocatedMemory()).isPositive();
      send(log, 1, 2, 40_000);
      log.flush();
      send(log, 1, 3, 7);
      log.flush();
      log.flush();
      assertThat(allocator.getAllocatedMemory()).isZero();
    }
    int row = 0;
    try (FeatureReader reader = read().read()) {
      for (FeatureBatch batch : reader) {
        VarCharVector trace = (VarCharVector) batch.column("log.trace");
        VarCharVector town = (VarCharVector) batch.column("town");
        Float8Vector x = (Float8Vector) batch.column("x");
        for (int i = 0; i < batch.rows(); i++, row++) {
          int call = row < 50_000 ? 150 : row < 90_000 ? 2 : 3;
          int inCall = row - (call == 150 ? 0 : call == 2 ? 50_000 : 90_000);
          assertThat(trace.isNull(i)).isEqualTo(call != 150);
          assertThat(town.isNull(i)).isEqualTo(inCall % 3 == 0);
          assertThat(x.get(i)).isEqualTo(call + inCall / 8.0);
        }
      }
    }
    assertThat(row).isEqualTo(90_007);
  }

  @Test
  void aReaderHasOnePassAndEndsItsBatches() {
    try (PredictionLog log = log().start()) {
      send(log, 1, 1, 3);
    }
    FeatureReader reader = read().read();
    FeatureBatch batch = reader.iterator().next();
    assertThatThrownBy(reader::iterator).isInstanceOf(IllegalStateException.class);
    reader.close();
    reader.close();
    assertThatThrownBy(batch::rows).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> PredictionLog.open(temp.resolve("none"), allocator).read())
        .isInstanceOf(DataException.class)
        .hasMessageContaining("none");
  }
}
