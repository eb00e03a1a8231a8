package io.mlops4j.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.fixture.Thorough;
import io.mlops4j.inference.InferenceEvent;
import io.mlops4j.inference.InferenceEvent.Route;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.monitor.alarm.Alarm;
import io.mlops4j.monitor.alarm.Incident;
import io.mlops4j.monitor.alarm.NotWatched;
import io.mlops4j.monitor.drift.WindowReport;
import io.mlops4j.monitor.live.StateJournal;
import io.mlops4j.monitor.live.state.FaultyDisk;
import io.mlops4j.monitor.live.state.Output;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.monitor.profile.internal.BinaryFrame;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** State that outlives its monitor. A copy of the folder is what a killed process leaves. */
class MonitorStateTest {
  private static final ServedBy V1 = Events.version(1);
  private static final ServedBy V2 = Events.version(2);

  @TempDir Path temp;

  private final BufferAllocator allocator = new RootAllocator();
  private final ManualClock clock = new ManualClock();
  private final AtomicLong nanos = new AtomicLong(); // no snapshot is due by time
  private final FaultyDisk disk = new FaultyDisk();
  private final Random random = new Random(14);
  private final Profile reference = reference();
  private int copies;

  @AfterEach
  void nothingIsLent() {
    assertThat(allocator.getAllocatedMemory()).isZero();
    allocator.close();
  }

  private FeatureBatch rows(int count, int firstKey, double shift) {
    float[] x = new float[count];
    String[] keys = new String[count];
    String[] origins = new String[count];
    for (int i = 0; i < count; i++) {
      x[i] = (float) (random.nextGaussian() + shift);
      keys[i] = "k" + (firstKey + i);
      origins[i] = "origin " + random.nextInt(5);
    }
    return FeatureBatch.builder(allocator)
        .floats("x", x)
        .strings("origin", origins)
        .strings("key", keys)
        .build();
  }

  private Profile reference() {
    try (FeatureBatch batch = rows(2_000, 0, 0);
        FeatureBatch only = FeatureBatch.of(VectorSchemaRoot.of(batch.column("x")))) {
      return Profile.of(List.of(only));
    }
  }

  private void answer(ModelMonitor monitor, ServedBy by, int count, int firstKey, double shift) {
    answer(monitor, by, Route.PRIMARY, count, firstKey, shift);
  }

  private void answer(
      ModelMonitor monitor, ServedBy by, Route route, int count, int firstKey, double shift) {
    float[] scores = new float[count];
    for (int i = 0; i < count; i++) {
      scores[i] = random.nextInt(50) == 0 ? Float.NaN : random.nextFloat();
    }
    try (FeatureBatch features = rows(count, firstKey, shift);
        FeatureBatch outputs = FeatureBatch.builder(allocator).floats("score", scores).build()) {
      InferenceEvent event = new Events.Event(by, route, 0, features, outputs, null);
      monitor.onInference(event);
    }
  }

  private MonitorBuilder builder() {
    return ModelMonitor.builder(reference)
        .everyRow()
        .window(Window.ofRows(500))
        .labels(LabelJoin.byKey("key").within(Duration.ofHours(6)).waitingRows(800).earlyLabels(50))
        .performance(
            PerformancePolicy.binary()
                .period(Duration.ofHours(1))
                .minimum("roc_auc", 0.7)
                .groups("origin"))
        .clock(clock)
        .storing(disk, nanos::get, false);
  }

  private Path folder() {
    return temp.resolve("state");
  }

  /** The folder as a process leaves it that is killed now. */
  private Path killed() {
    Path copy = temp.resolve("copy-" + copies++);
    try (Stream<Path> files = Files.list(folder())) {
      Files.createDirectory(copy);
      for (Path file : files.toList()) {
        Files.copy(file, copy.resolve(file.getFileName()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return copy;
  }

  private static Path newest(Path folder, String kind) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> file.getFileName().toString().startsWith(kind))
          .sorted()
          .reduce((first, second) -> second)
          .orElseThrow();
    }
  }

  /** One random step of a day. */
  private void step(ModelMonitor monitor, Random choice, int step) {
    switch (choice.nextInt(6)) {
      case 0 ->
          answer(monitor, choice.nextBoolean() ? V1 : V2, 1 + choice.nextInt(60), 10 * step, 0);
      case 1 -> answer(monitor, V2, Route.SHADOW, 1 + choice.nextInt(20), 10 * step, 0);
      case 2 -> clock.advance(Duration.ofMinutes(choice.nextInt(40) - 1));
      default -> {
        for (int i = choice.nextInt(20); i >= 0; i--) { // some are repeated, early or unknown
          int key = Math.max(0, 10 * step - 300 + choice.nextInt(360));
          monitor.label("k" + key, choice.nextInt(2));
        }
      }
    }
  }

  @Test
  void equalStateGivesEqualBytesAndGoesOnEqually() {
    Random choice = new Random(3);
    try (ModelMonitor first = builder().start()) {
      for (int step = 0; step < 150; step++) {
        step(first, choice, step);
      }
      answer(first, V1, 600, 10_000, 1);
      byte[] bytes = first.snapshot();
      assertThat(first.snapshot()).isEqualTo(bytes);
      assertThat(first.incidents()).isNotEmpty();
      try (ModelMonitor second = builder().restore(bytes).start()) {
        assertThat(second.snapshot()).isEqualTo(bytes);
        assertThat(second.counts()).isEqualTo(first.counts());
        assertThat(second.incidents()).isEqualTo(first.incidents());
        assertThat(second.performance(V1).orElseThrow().figures())
            .isEqualTo(first.performance(V1).orElseThrow().figures());
        try (FeatureBatch more = rows(50, 1_490, 0);
            FeatureBatch scores =
                FeatureBatch.builder(allocator).floats("score", new float[50]).build()) {
          for (ModelMonitor one : List.of(first, second)) {
            one.onInference(Events.answered(V1, more, scores));
            one.label("k1500", 1);
          }
        }
        assertThat(second.snapshot()).isEqualTo(first.snapshot());
      }
    }
  }

  @Test
  void aKilledMonitorContinuesWithTheSameState() throws IOException {
    for (int round = 0; round < 10; round++) {
      Random choice = new Random(round);
      Path copy;
      byte[] bytes;
      try (ModelMonitor first =
          builder()
              .without(Watched.FEATURES, Watched.OUTPUTS, Watched.QUALITY)
              .stateIn(folder())
              .start()) {
        for (int step = 0; step < 100; step++) {
          step(first, choice, step);
          if (choice.nextInt(20) == 0) {
            nanos.addAndGet(TimeUnit.MINUTES.toNanos(2)); // a snapshot is due
          }
        }
        bytes = first.snapshot();
        copy = killed();
      }
      try (ModelMonitor second =
          builder()
              .without(Watched.FEATURES, Watched.OUTPUTS, Watched.QUALITY)
              .stateIn(copy)
              .start()) {
        assertThat(second.snapshot()).as("round %d", round).isEqualTo(bytes);
        assertThat(second.state().orElseThrow().damages()).isEmpty();
        assertThat(second.state().orElseThrow().tornBytes()).isZero();
      }
    }
  }

  /** Detectors read blocks of 500 rows, which do not end with the state. */
  @Test
  void detectorsGoOnWithinAWindow() {
    Profile whole = reference;
    try (ModelMonitor first =
        ModelMonitor.builder(whole).everyRow().window(Window.ofRows(2_000)).clock(clock).start()) {
      int key = 0;
      for (int window = 0; window < 4; window++) {
        for (int call = 0; call < 17; call++, key += 123) {
          clock.advance(Duration.ofMinutes(1));
          answer(first, V1, 123, key, 0);
        }
      }
      byte[] bytes = first.snapshot();
      try (ModelMonitor second =
          ModelMonitor.builder(whole)
              .everyRow()
              .window(Window.ofRows(2_000))
              .clock(clock)
              .restore(bytes)
              .start()) {
        for (int call = 0; call < 40; call++, key += 123) {
          clock.advance(Duration.ofMinutes(1));
          try (FeatureBatch more = rows(123, key, call < 10 ? 0 : 2);
              FeatureBatch scores =
                  FeatureBatch.builder(allocator).floats("score", new float[123]).build()) {
            first.onInference(Events.answered(V1, more, scores));
            second.onInference(Events.answered(V1, more, scores));
          }
        }
        assertThat(second.snapshot()).isEqualTo(first.snapshot());
        assertThat(second.incidents()).isEqualTo(first.incidents()).isNotEmpty();
        assertThat(second.incidents().get(0).cause().first().text())
            .contains("sequential detector");
      }
    }
  }

  /** The first snapshot took an hour, so that no other one follows for twenty. */
  private Output.Maker slowOnce() {
    AtomicBoolean first = new AtomicBoolean(true);
    return file -> {
      if (file.getFileName().toString().startsWith("snapshot")
          && first.compareAndSet(true, false)) {
        nanos.addAndGet(TimeUnit.HOURS.toNanos(1));
      }
      return disk.make(file);
    };
  }

  @Test
  void anEndedWindowIsStoredBeforeItIsAnnounced() throws IOException {
    Map<WindowReport, Path> windows = new LinkedHashMap<>();
    Map<Alarm, Path> alarms = new LinkedHashMap<>();
    try (ModelMonitor first =
        builder().storing(slowOnce(), nanos::get, false).stateIn(folder()).start()) {
      first.onWindow(report -> windows.put(report, killed()));
      first.onAlarm(alarm -> alarms.put(alarm, killed()));
      for (int window = 0; window < 3; window++) {
        answer(first, V1, 500, 1_000 * window, window == 2 ? 1 : 0);
        first.flush();
        answer(first, V2, 20, 1_000 * window + 500, 0); // its window stays open
        first.label("k" + 1_000 * window, 1);
        first.flush();
        clock.advance(Duration.ofMinutes(10));
      }
      assertThat(first.counts().failures()).isZero();
      assertThat(first.history().windows()).hasSize(windows.size());
    }
    assertThat(windows).hasSize(3);
    assertThat(alarms).hasSize(1);
    int known = 0;
    for (Map.Entry<WindowReport, Path> one : windows.entrySet()) {
      known++;
      try (ModelMonitor second = builder().stateIn(one.getValue()).start()) {
        assertThat(second.history().windows()).hasSize(known);
        WindowReport newest = second.newestWindow().orElseThrow();
        assertThat(newest.profile().toBytes()).isEqualTo(one.getKey().profile().toBytes());
        assertThat(newest.drift().features()).isEqualTo(one.getKey().drift().features());
        assertThat(second.counts().rows()).isEqualTo(500 * known + 20 * (known - 1));
        assertThat(second.counts().discarded()).isZero();
        assertThat(second.counts().labels().labelled()).isEqualTo(known - 1);
        assertThat(second.state().orElseThrow().damages()).isEmpty();
      }
    }
    for (Map.Entry<Alarm, Path> one : alarms.entrySet()) {
      try (ModelMonitor second = builder().stateIn(one.getValue()).start()) {
        assertThat(second.incidents())
            .extracting(Incident::id)
            .contains(one.getKey().incident().id());
        assertThat(second.history().windows()).hasSize(3);
      }
    }
  }

  @Thorough("scale")
  @Test
  void aWindowWhoseStateIsLargerThanARecordIsStored() {
    float[][] columns = new float[2_000][100];
    for (float[] column : columns) {
      for (int i = 0; i < column.length; i++) {
        column[i] = random.nextFloat();
      }
    }
    FeatureBatch.Builder wide = FeatureBatch.builder(allocator);
    for (int i = 0; i < columns.length; i++) {
      wide.floats("c" + i, columns[i]);
    }
    try (FeatureBatch batch = wide.build();
        FeatureBatch scores =
            FeatureBatch.builder(allocator).floats("score", new float[100]).build()) {
      Profile many = Profile.of(List.of(batch));
      MonitorBuilder builder =
          ModelMonitor.builder(many).everyRow().window(Window.ofRows(100)).clock(clock);
      Path copy;
      try (ModelMonitor first =
          builder.storing(slowOnce(), nanos::get, false).stateIn(folder()).start()) {
        first.onInference(Events.answered(V1, batch, scores));
        first.flush();
        assertThat(first.state().orElseThrow().journalBytes())
            .isGreaterThan(StateJournal.BYTES_OF_A_RECORD);
        copy = killed();
      }
      try (ModelMonitor second = builder.stateIn(copy).start()) {
        assertThat(second.history().windows()).hasSize(1);
        assertThat(second.newestWindow().orElseThrow().profile().rows()).isEqualTo(100);
        assertThat(second.state().orElseThrow().damages()).isEmpty();
      }
    }
  }

  @Test
  void labelsThatWereNotHandledAreThere() throws IOException {
    Path copy;
    try (ModelMonitor first = builder().stateIn(folder()).start()) {
      answer(first, V1, 10, 0, 0);
      first.flush();
      first.onWindow(report -> {});
      try (FeatureBatch labels =
          FeatureBatch.builder(allocator)
              .strings("key", "k1", "k2", "k3")
              .floats("label", 1, 0, 1)
              .build()) {
        first.labels(labels);
      }
      copy = killed(); // perhaps before the monitor's thread has seen them
    }
    try (ModelMonitor second = builder().stateIn(copy).start()) {
      assertThat(second.counts().labels().labelled()).isEqualTo(3);
      assertThat(second.counts().labels().waiting()).isEqualTo(7);
      assertThat(second.counts().rows()).isEqualTo(10);
    }
  }

  @Test
  void aWindowInWhichTheClockWasSetBackIsThere() {
    try (ModelMonitor first = builder().stateIn(folder()).start()) {
      answer(first, V1, 200, 0, 0);
      first.flush();
      clock.advance(Duration.ofDays(-1));
      answer(first, V1, 200, 200, 0);
    }
    try (ModelMonitor second = builder().stateIn(folder()).start()) {
      answer(second, V1, 100, 400, 0);
      second.flush();
      assertThat(second.newestWindow().orElseThrow().profile().rows()).isEqualTo(500);
      assertThat(second.counts().failures()).isZero();
    }
  }

  @Test
  void aClosedMonitorContinuesWithItsOpenWindow() {
    try (ModelMonitor first = builder().stateIn(folder()).start()) {
      answer(first, V1, 300, 0, 0);
    }
    try (ModelMonitor second = builder().stateIn(folder()).start()) {
      answer(second, V1, 200, 300, 0);
      second.flush();
      assertThat(second.newestWindow().orElseThrow().profile().rows()).isEqualTo(500);
    }
  }

  /** The journal has acknowledgements and the ends of windows in the order in which they were. */
  @Test
  void whoAcknowledgedLastIsKnownAlthoughWindowsEndedMeanwhile() throws Exception {
    Path copy;
    List<Incident> incidents;
    ExecutorService threads = Executors.newFixedThreadPool(2);
    AtomicBoolean done = new AtomicBoolean();
    try (ModelMonitor first = builder().stateIn(folder()).start()) {
      List<Future<?>> both = new ArrayList<>();
      for (String name : List.of("maria", "ivan")) {
        both.add(
            threads.submit(
                () -> {
                  while (!done.get()) {
                    for (Incident one : first.incidents()) {
                      acknowledge(first, one.id(), name);
                    }
                  }
                }));
      }
      for (int window = 0; window < 20; window++) {
        answer(first, V1, 500, 500 * window, window % 5 < 2 ? 2 : 0);
        first.label("k" + 500 * window, 1);
        first.flush();
      }
      answer(first, V1, 500, 500 * 20, 2);
      first.flush();
      done.set(true);
      for (Future<?> one : both) {
        one.get(1, TimeUnit.MINUTES);
      }
      incidents = first.incidents();
      copy = killed();
    } finally {
      done.set(true);
      threads.shutdownNow();
    }
    assertThat(incidents).hasSizeGreaterThan(3).extracting(Incident::id).doesNotHaveDuplicates();
    try (ModelMonitor second = builder().stateIn(copy).start()) {
      assertThat(second.incidents()).isEqualTo(incidents);
    }
  }

  private static void acknowledge(ModelMonitor monitor, String incident, String by) {
    try {
      monitor.acknowledge(incident, by);
    } catch (IllegalArgumentException e) {
      assertThat(e).hasMessageContaining("expected the id of an open one"); // it has just ended
    }
  }

  @Test
  void numbersOfAlarmsAndAcknowledgementsContinue() throws IOException {
    Path copy;
    List<Incident> incidents;
    try (ModelMonitor first = builder().stateIn(folder()).start()) {
      answer(first, V1, 500, 0, 2);
      first.flush();
      Incident drift = first.incidents().get(0);
      assertThat(drift.cause().kind()).isEqualTo(Alarm.Kind.DRIFT);
      first.acknowledge(drift.id(), "maria");
      incidents = first.incidents();
      copy = killed();
    }
    try (ModelMonitor second = builder().stateIn(copy).start()) {
      assertThat(second.incidents()).isEqualTo(incidents);
      assertThat(second.incidents().get(0).acknowledgedBy()).contains("maria");
      AtomicLong alarms = new AtomicLong();
      second.onAlarm(
          alarm -> {
            assertThat(alarm.id()).isEqualTo("alarm-2");
            alarms.incrementAndGet();
          });
      try (FeatureBatch other =
              FeatureBatch.builder(allocator).floats("y", 1).strings("key", "k").build();
          FeatureBatch scores = FeatureBatch.builder(allocator).floats("score", 1).build()) {
        second.onInference(Events.answered(V1, other, scores));
      }
      second.flush();
      assertThat(alarms).hasValue(1);
      assertThat(second.counts().failures()).isEqualTo(1); // groups need the column origin
    }
  }

  @Test
  void theEndOfAForgottenVersionsIncidentOutlivesAKill() throws IOException {
    MonitorBuilder builder =
        ModelMonitor.builder(reference).everyRow().clock(clock).storing(disk, nanos::get, false);
    Path copy;
    List<Incident> incidents;
    try (ModelMonitor first = builder.stateIn(folder()).start();
        FeatureBatch other = FeatureBatch.builder(allocator).floats("y", 1).build();
        FeatureBatch scores = FeatureBatch.builder(allocator).floats("score", 1).build()) {
      first.onInference(Events.answered(V1, other, scores)); // lacks x
      for (int version = 2; version <= 65; version++) {
        answer(first, Events.version(version), 1, 0, 0);
      }
      first.flush();
      incidents = first.incidents();
      assertThat(incidents)
          .singleElement()
          .satisfies(one -> assertThat(one.status()).isEqualTo("closed"));
      copy = killed();
    }
    try (ModelMonitor second =
        ModelMonitor.builder(reference)
            .everyRow()
            .clock(clock)
            .storing(disk, nanos::get, false)
            .stateIn(copy)
            .start()) {
      assertThat(second.incidents()).isEqualTo(incidents);
    }
  }

  @Test
  void anAcceptedReferenceIsThereAtOnce() throws IOException {
    Path copy;
    Profile accepted;
    try (ModelMonitor first = builder().stateIn(folder()).start()) {
      answer(first, V1, 500, 0, 2);
      first.acceptAsReference();
      accepted = first.reference();
      copy = killed();
    }
    try (ModelMonitor second = builder().stateIn(copy).start()) {
      assertThat(second.reference().toBytes()).isEqualTo(accepted.toBytes());
      assertThat(accepted.toBytes()).isNotEqualTo(reference.toBytes());
      answer(second, V1, 500, 500, 2);
      second.flush();
      assertThat(second.incidents()).noneMatch(Incident::isOpen);
    }
  }

  @Test
  void anotherMonitorsStateIsRefusedByName() {
    try (ModelMonitor first = builder().stateIn(folder()).start()) {
      assertThatThrownBy(() -> builder().stateIn(folder()).start())
          .isInstanceOf(DataException.class)
          .hasMessageContaining("process " + ProcessHandle.current().pid())
          .hasMessageContaining("use another folder");
      answer(first, V1, 10, 0, 0);
    }
    assertThatThrownBy(() -> builder().window(Window.ofRows(50)).stateIn(folder()).start())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "state: found the state of a monitor with the window \"500 rows\", expected \"50"
                + " rows\"; start with the settings of the state, or begin anew with another folder"
                + " or without restore(...)");
    assertThatThrownBy(
            () ->
                builder().performance(PerformancePolicy.binary("score")).stateIn(folder()).start())
        .hasMessageContaining("groups \"[origin]\", expected \"[]\"");
    assertThatThrownBy(
            () ->
                ModelMonitor.builder(reference)
                    .everyRow()
                    .window(Window.ofRows(500))
                    .stateIn(folder())
                    .start())
        .hasMessageContaining("the classes \"[]\", expected \"none\"");
    try (ModelMonitor second =
        builder().actionLimit(Duration.ofSeconds(1)).stateIn(folder()).start()) {
      byte[] bytes = second.snapshot();
      assertThatThrownBy(() -> builder().window(Window.ofRows(50)).restore(bytes).start())
          .hasMessageContaining("the window");
      assertThat(second.counts().rows()).isEqualTo(10);
    }
  }

  @Test
  void aSnapshotAndAFolderWithStateAreOneTooMany() {
    byte[] bytes;
    try (ModelMonitor first = builder().stateIn(folder()).start()) {
      answer(first, V1, 10, 0, 0);
      bytes = first.snapshot();
    }
    assertThatThrownBy(() -> builder().stateIn(folder()).restore(bytes).start())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected a folder without");
    try (ModelMonitor moved = builder().stateIn(temp.resolve("other")).restore(bytes).start()) {
      assertThat(moved.snapshot()).isEqualTo(bytes);
    }
  }

  /** Sets the version of the innermost frame, and seals it and those around it, outermost first. */
  private static byte[] ofVersion(byte[] bytes, int version, List<String> magics) {
    byte[] copy = bytes.clone();
    int at = 0;
    List<Integer> begins = new ArrayList<>();
    for (String magic : magics) {
      at = new String(copy, StandardCharsets.ISO_8859_1).indexOf(magic, at);
      assertThat(at).as(magic).isNotNegative();
      begins.add(at);
    }
    ByteBuffer frames = ByteBuffer.wrap(copy);
    frames.putShort(at + 4, (short) version);
    Collections.reverse(begins);
    for (int begin : begins) {
      int end = begin + BinaryFrame.HEADER + frames.getInt(begin + 6) + BinaryFrame.TRAILER;
      int checksum = BinaryFrame.checksum(Arrays.copyOfRange(copy, begin, end));
      frames.putInt(end - BinaryFrame.TRAILER, checksum);
    }
    return copy;
  }

  /** Version 9 had the calls of a window. */
  @Test
  void stateOfAnOlderVersionIsRefusedWithWhatToDo() throws IOException {
    byte[] bytes;
    try (ModelMonitor first = builder().stateIn(folder()).start()) {
      answer(first, V1, 10, 0, 0);
      bytes = first.snapshot();
    }
    String refused =
        "found a state of a monitor of version 9, expected 10 to 10; read it with the mlops4j that"
            + " wrote it";
    assertThatThrownBy(
            () -> builder().restore(ofVersion(bytes, 9, List.of("MLMS", "MLMP"))).start())
        .isInstanceOf(DataException.class)
        .hasMessage(refused);
    try (Stream<Path> files = Files.list(folder())) {
      for (Path file : files.filter(it -> it.toString().contains("snapshot-")).toList()) {
        byte[] old = ofVersion(Files.readAllBytes(file), 9, List.of("MLMF", "MLMS", "MLMP"));
        Files.write(file, old);
      }
    }
    assertThatThrownBy(() -> builder().stateIn(folder()).start())
        .isInstanceOf(DataException.class)
        .hasMessageContaining(refused)
        .hasMessageContaining("use another folder and begin without state");
  }

  @Test
  void damagedBytesAreADataException() {
    byte[] bytes;
    try (ModelMonitor first = builder().start()) {
      answer(first, V1, 30, 0, 0);
      first.label("k3", 1);
      bytes = first.snapshot();
    }
    long seed = System.nanoTime();
    Random damage = new Random(seed);
    for (int round = 0; round < 200; round++) {
      byte[] bad =
          damage.nextBoolean() ? Arrays.copyOf(bytes, damage.nextInt(bytes.length)) : bytes.clone();
      if (bad.length == bytes.length) {
        bad[damage.nextInt(bad.length)] ^= (byte) (1 + damage.nextInt(255));
      }
      assertThatThrownBy(() -> builder().restore(bad).start())
          .as("seed %d, round %d", seed, round)
          .isInstanceOf(DataException.class);
    }
    assertThatThrownBy(() -> builder().restore(reference.toBytes()).start())
        .isInstanceOf(DataException.class)
        .hasMessageContaining("ModelMonitor.snapshot()");
  }

  @Test
  void aFullDiskRefusesLabelsAndNothingElse() throws IOException {
    Path copy;
    try (ModelMonitor monitor = builder().stateIn(folder()).start()) {
      answer(monitor, V1, 20, 0, 0);
      monitor.label("k1", 1);
      monitor.flush();
      disk.full();
      assertThatThrownBy(() -> monitor.label("k2", 1))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("No space left on device")
          .hasMessageContaining("none was added");
      answer(monitor, V1, 20, 20, 0);
      monitor.flush();
      assertThat(monitor.counts().rows()).isEqualTo(40);
      assertThat(monitor.counts().labels().received()).isOne();
      assertThat(monitor.state().orElseThrow().problem()).hasValue("No space left on device");
      answer(monitor, V1, 1, 40, 0); // the next rows report it
      monitor.flush();
      assertThat(MadeAlarms.findings(monitor))
          .anySatisfy(
              one -> {
                assertThat(one.kind()).isEqualTo(Alarm.Kind.CONFIGURATION);
                assertThat(one.subject()).isEqualTo("state");
              });
      assertThat(monitor.notWatched()).extracting(NotWatched::name).contains("state");

      disk.free();
      nanos.addAndGet(TimeUnit.SECONDS.toNanos(2));
      monitor.label("k2", 1);
      monitor.label("k25", 0); // its prediction was not in the journal
      monitor.flush();
      assertThat(monitor.state().orElseThrow().problem()).isEmpty();
      copy = killed();
    }
    try (ModelMonitor second = builder().stateIn(copy).start()) {
      assertThat(second.counts().labels().labelled()).isEqualTo(3);
      assertThat(second.counts().labels().waiting()).isEqualTo(38);
    }
  }

  @Test
  void aSnapshotThatDoesNotFitIntoMemoryIsTriedAgainEverySecond() {
    AtomicBoolean fails = new AtomicBoolean();
    AtomicInteger tries = new AtomicInteger();
    Output.Maker maker =
        file -> {
          if (fails.get()) {
            tries.incrementAndGet();
            throw new OutOfMemoryError("Java heap space");
          }
          return disk.make(file);
        };
    try (ModelMonitor monitor =
        withoutDrift().storing(maker, nanos::get, false).stateIn(folder()).start()) {
      answer(monitor, V1, 20, 0, 0);
      monitor.flush();
      fails.set(true);
      nanos.addAndGet(TimeUnit.MINUTES.toNanos(2));
      for (int i = 0; i < 10; i++) {
        answer(monitor, V1, 1, 20 + i, 0);
        monitor.flush();
      }
      assertThat(tries).hasValueLessThan(15); // a snapshot, ten calls, an alarm
      assertThat(monitor.counts().labels().waiting()).isEqualTo(30);
      assertThat(monitor.state().orElseThrow().problem()).hasValue("Java heap space");
      fails.set(false);
      nanos.addAndGet(TimeUnit.SECONDS.toNanos(2));
      answer(monitor, V1, 1, 30, 0);
      monitor.flush();
      assertThat(monitor.state().orElseThrow().problem()).isEmpty();
    }
  }

  private MonitorBuilder withoutDrift() {
    return builder().without(Watched.FEATURES, Watched.OUTPUTS, Watched.QUALITY);
  }

  @Test
  void aDiskThatHangsHoldsUpNeitherRowsNorLabels() throws Exception {
    CountDownLatch hangs = new CountDownLatch(1);
    CountDownLatch goesOn = new CountDownLatch(1);
    AtomicBoolean slow = new AtomicBoolean();
    Output.Maker hanging =
        file -> {
          if (slow.get() && file.getFileName().toString().startsWith("snapshot")) {
            hangs.countDown();
            try {
              goesOn.await();
            } catch (InterruptedException e) {
              throw new IOException(e);
            }
          }
          return disk.make(file);
        };
    Path copy;
    byte[] bytes;
    ModelMonitor monitor =
        withoutDrift().storing(hanging, nanos::get, true).stateIn(folder()).start();
    try {
      answer(monitor, V1, 20, 0, 0);
      monitor.flush();
      slow.set(true);
      int forced = disk.forced();
      nanos.addAndGet(TimeUnit.MINUTES.toNanos(2));
      answer(monitor, V1, 1, 100, 0);
      assertThat(hangs.await(60, TimeUnit.SECONDS)).as("a snapshot began").isTrue();
      assertThat(disk.forced() - forced).as("journals forced before the snapshot").isEqualTo(1);
      answer(monitor, V1, 20, 20, 0);
      monitor.label("k1", 1);
      monitor.label("k21", 0);
      monitor.flush();
      assertThat(monitor.counts().labels().labelled()).isEqualTo(2);
      bytes = monitor.snapshot();
      copy = killed();
    } finally {
      goesOn.countDown(); // before the monitor is closed, which waits for the disk
      monitor.close();
    }
    for (Path folder : List.of(copy, folder())) {
      try (ModelMonitor second = withoutDrift().stateIn(folder).start()) {
        assertThat(second.snapshot()).isEqualTo(bytes);
        assertThat(second.state().orElseThrow().damages()).isEmpty();
      }
    }
  }

  @Test
  void aFolderThatCannotBeWrittenIsRefusedAtTheStart() throws IOException {
    disk.full();
    assertThatThrownBy(() -> builder().stateIn(folder()).start())
        .isInstanceOf(DataException.class)
        .hasMessageContaining(folder().toString())
        .hasMessageContaining("No space left on device");
    disk.free();
    try (ModelMonitor monitor = builder().stateIn(folder()).start()) { // the lock was released
      assertThat(monitor.state().orElseThrow().folder()).isEqualTo(folder());
    }
    Path file = temp.resolve("file");
    Files.write(file, new byte[1]);
    assertThatThrownBy(() -> builder().stateIn(file).start())
        .isInstanceOf(DataException.class)
        .hasMessageContaining("use a folder that this process can write");
  }

  @Test
  void aFolderThatVanishedIsMadeAgainAndReported() throws IOException {
    Path copy;
    try (ModelMonitor monitor = builder().stateIn(folder()).start()) {
      answer(monitor, V1, 20, 0, 0);
      monitor.label("k1", 1);
      monitor.flush();
      delete(folder());
      nanos.addAndGet(TimeUnit.SECONDS.toNanos(2));
      monitor.label("k2", 0);
      monitor.flush();
      nanos.addAndGet(TimeUnit.SECONDS.toNanos(2));
      monitor.label("k3", 0);
      monitor.flush();
      assertThat(monitor.state().orElseThrow().problem()).isEmpty();
      assertThat(monitor.counts().failures()).isEqualTo(1);
      copy = killed();
    }
    try (ModelMonitor second = builder().stateIn(copy).start()) {
      assertThat(second.counts().labels().labelled()).isEqualTo(3);
    }
  }

  /** The snapshot of the folder that is made again is due while a label waits in the hand-off. */
  @Test
  void aLabelThatWaitsWhileAFolderIsMadeAgainIsStored() throws Exception {
    AtomicBoolean stops = new AtomicBoolean();
    CountDownLatch stopped = new CountDownLatch(1);
    CountDownLatch goesOn = new CountDownLatch(1);
    LongSupplier time =
        () -> {
          if (Thread.currentThread().getName().equals("mlops4j-monitor")
              && stops.compareAndSet(true, false)) {
            stopped.countDown();
            await(goesOn);
          }
          return nanos.get();
        };
    Path copy;
    try (ModelMonitor monitor = builder().storing(disk, time, false).stateIn(folder()).start()) {
      answer(monitor, V1, 20, 0, 0);
      monitor.label("k1", 1);
      monitor.flush();
      delete(folder());
      nanos.addAndGet(TimeUnit.SECONDS.toNanos(2));
      stops.set(true); // when the thread looks whether it has to store something
      answer(monitor, V1, 1, 20, 0);
      await(stopped);
      monitor.label("k2", 0); // written to a file that is gone, and not handled
      goesOn.countDown();
      monitor.flush();
      assertThat(monitor.state().orElseThrow().problem()).isEmpty();
      assertThat(monitor.counts().failures()).isEqualTo(1);
      copy = killed();
    } finally {
      goesOn.countDown();
    }
    try (ModelMonitor second = builder().stateIn(copy).start()) {
      assertThat(second.state().orElseThrow().damages()).isEmpty();
      assertThat(second.counts().labels().labelled()).isEqualTo(2);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  @Test
  void aDamagedSnapshotIsReportedAndNothingIsLost() throws IOException {
    Path copy;
    byte[] bytes;
    try (ModelMonitor first =
        builder()
            .without(Watched.FEATURES, Watched.OUTPUTS, Watched.QUALITY)
            .stateIn(folder())
            .start()) {
      for (int step = 0; step < 40; step++) {
        step(first, random, step);
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(20));
      }
      bytes = first.snapshot();
      copy = killed();
    }
    Path snapshot = newest(copy, "snapshot");
    byte[] damaged = Files.readAllBytes(snapshot);
    damaged[damaged.length / 2] ^= 1;
    Files.write(snapshot, damaged);
    try (ModelMonitor second =
        builder()
            .without(Watched.FEATURES, Watched.OUTPUTS, Watched.QUALITY)
            .stateIn(copy)
            .start()) {
      assertThat(second.snapshot()).isEqualTo(bytes);
      assertThat(second.state().orElseThrow().damages())
          .singleElement()
          .asString()
          .contains(snapshot.getFileName().toString(), "the checksum does not match");
      answer(second, V1, 1, 0, 0);
      second.flush();
      assertThat(second.incidents().get(0).cause().subject()).isEqualTo("state");
      assertThat(second.incidents().get(0).cause().newest().text())
          .contains(snapshot.getFileName().toString());
    }
  }

  @Test
  void aDamagedLabelIsCountedAndTheOthersAreThere() throws IOException {
    Path copy;
    try (ModelMonitor first = builder().stateIn(folder()).start()) {
      answer(first, V1, 20, 0, 0);
      first.flush(); // so that the labels are last in the journal
      for (int i = 0; i < 9; i++) {
        first.label("k" + i, 1);
      }
      first.flush();
      copy = killed();
    }
    Path journal = newest(copy, "journal");
    byte[] damaged = Files.readAllBytes(journal);
    damaged[damaged.length - 100] ^= 1; // of the last but one label
    Files.write(journal, damaged);
    try (ModelMonitor second = builder().stateIn(copy).start()) {
      assertThat(second.counts().labels().labelled()).isEqualTo(8);
      assertThat(second.state().orElseThrow().damages())
          .anyMatch(damage -> damage.contains("damaged bytes"))
          .anyMatch(damage -> damage.contains("1 labels are missing"));
    }
  }

  @Test
  void aSnapshotIsTakenEachMinute() {
    try (ModelMonitor monitor = builder().stateIn(folder()).start()) {
      assertThat(snapshots(monitor)).isEqualTo(0);
      answer(monitor, V1, 100, 0, 0);
      clock.advance(Duration.ofSeconds(1));
      monitor.label("k1", 1);
      monitor.flush();
      assertThat(snapshots(monitor)).isEqualTo(0);
      assertThat(monitor.state().orElseThrow().journalBytes()).isPositive();
      nanos.addAndGet(TimeUnit.SECONDS.toNanos(61));
      monitor.label("k2", 1);
      monitor.flush();
      monitor.flush(); // the second mark follows the snapshot
      assertThat(snapshots(monitor)).isEqualTo(1);
      assertThat(monitor.state().orElseThrow().journalBytes()).isZero();
    }
  }

  @Test
  void theTimeBetweenSnapshotsMayBeForEver() {
    try (ModelMonitor monitor =
        builder().stateIn(folder(), ChronoUnit.FOREVER.getDuration()).start()) {
      nanos.addAndGet(TimeUnit.DAYS.toNanos(1));
      clock.advance(Duration.ofSeconds(1));
      answer(monitor, V1, 600, 0, 0);
      monitor.flush();
      monitor.flush(); // the second mark follows the snapshot
      assertThat(snapshots(monitor)).isZero();
      assertThat(monitor.counts().failures()).isZero();
    }
  }

  @Test
  void anIncidentThatEndsWithAWindowWithoutTheWatchOfDriftIsNotOpenAfterAKill() throws IOException {
    Path copy;
    List<Incident> incidents;
    try (ModelMonitor first =
            labelsOnly().storing(slowOnce(), nanos::get, false).stateIn(folder()).start();
        FeatureBatch keyless = FeatureBatch.builder(allocator).floats("x", 1).build();
        FeatureBatch scores = FeatureBatch.builder(allocator).floats("score", 1).build()) {
      first.onInference(Events.answered(V1, keyless, scores));
      first.flush();
      assertThat(first.incidents()).anyMatch(Incident::isOpen);
      answer(first, V1, 499, 0, 0);
      answer(first, V1, 500, 500, 0);
      answer(first, V1, 500, 1_000, 0);
      first.flush();
      incidents = first.incidents();
      assertThat(incidents).isNotEmpty().noneMatch(Incident::isOpen);
      copy = killed();
    }
    try (ModelMonitor second = labelsOnly().stateIn(copy).start()) {
      assertThat(second.incidents()).isEqualTo(incidents);
    }
  }

  private MonitorBuilder labelsOnly() {
    return builder().without(Watched.FEATURES, Watched.OUTPUTS, Watched.QUALITY);
  }

  /** Each snapshot of the test is taken a second after the one before. */
  private static long snapshots(ModelMonitor monitor) {
    return Duration.between(
            Instant.parse("2001-02-01T00:00:00Z"), monitor.state().orElseThrow().newest())
        .toSeconds();
  }

  @Test
  void withoutAFolderThereIsNoStatus() {
    try (ModelMonitor monitor = builder().start()) {
      assertThat(monitor.state()).isEmpty();
    }
  }
}
