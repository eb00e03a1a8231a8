package io.mlops4j.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.monitor.alarm.Alarm;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.monitor.report.HtmlReport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Incidents that go on while alarms are limited, the process starts anew, and the clock is set: no
 * evidence is announced twice, none is lost, and an incident ends only after healthy windows.
 */
class RunningIncidentsTest {
  private static final ServedBy V1 = Events.version(1);
  private static final ServedBy V2 = Events.version(2);
  private static final int CALL = 100;
  private static final int CALLS = 6; // of a window of an hour
  private static final int FEW = 20;

  @TempDir Path temp;

  private final BufferAllocator allocator = new RootAllocator();
  private final ManualClock clock = new ManualClock();
  private final Random random = new Random(33);
  private final Profile reference = reference();
  private final List<Alarm> alarms = new ArrayList<>();
  private Window window = Window.of(Duration.ofHours(1));
  private int limit = 50;
  private Path folder = Path.of("none");
  private int folders;
  private ModelMonitor monitor;

  @AfterEach
  void end() {
    monitor.close();
    assertThat(allocator.getAllocatedMemory()).isZero();
    allocator.close();
  }

  private void begin() {
    folder = temp.resolve("state");
    start();
  }

  private void start() {
    monitor =
        ModelMonitor.builder(reference)
            .everyRow()
            .window(window)
            .alarmLimit(limit, Duration.ofDays(1))
            .clock(clock)
            .stateIn(folder)
            .start();
    monitor.onAlarm(alarms::add);
  }

  /** Ends the process: closed, or killed, which leaves the files as they are. */
  private void restart(boolean kill) {
    monitor.flush();
    Path next = temp.resolve("copy " + folders++);
    if (kill) {
      try (Stream<Path> files = Files.list(folder)) {
        Files.createDirectory(next);
        for (Path file : files.toList()) {
          Files.copy(file, next.resolve(file.getFileName()));
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    monitor.close();
    folder = kill ? next : folder;
    start();
  }

  private Profile reference() {
    try (FeatureBatch rows = rows(5_000, 0, 0)) {
      return Profile.of(List.of(rows));
    }
  }

  private FeatureBatch rows(int count, double x, double y) {
    double[][] values = new double[2][count];
    for (int row = 0; row < count; row++) {
      values[0][row] = x + random.nextGaussian();
      values[1][row] = y + random.nextGaussian();
    }
    return FeatureBatch.builder(allocator).doubles("x", values[0]).doubles("y", values[1]).build();
  }

  /** A call, ten minutes after the one before. */
  private void call(ServedBy by, double x, double y) {
    try (FeatureBatch features = rows(CALL, x, y);
        FeatureBatch none = FeatureBatch.builder(allocator).rows(CALL).build()) {
      monitor.onInference(Events.answered(by, features, none));
    }
    clock.advance(Duration.ofMinutes(10));
  }

  private void windows(int count, double x, double y) {
    for (int call = 0; call < CALLS * count; call++) {
      call(V1, x, y);
    }
    monitor.flush();
  }

  private List<String> statuses() {
    return monitor.incidents().stream().map(one -> one.id() + " " + one.status()).toList();
  }

  private List<String> told() {
    return alarms.stream().map(one -> one.id() + " " + one.incident().id()).toList();
  }

  @ParameterizedTest
  @CsvSource({
    "rows, 0, none", "rows, 0, close", "rows, 0, kill",
    "rows, -60, none", "rows, -60, close", "rows, -60, kill",
    "rows, 1440, none", "rows, 1440, close", "rows, 1440, kill",
    "hour, 0, none", "hour, 0, close", "hour, 0, kill",
    "hour, -60, none", "hour, -60, close", "hour, -60, kill",
    "hour, 1440, none", "hour, 1440, close", "hour, 1440, kill"
  })
  void anIncidentIsToldOnceAndEndsByHealthyWindows(String length, int minutes, String restart) {
    window = length.equals("rows") ? Window.ofRows(CALL * CALLS) : window;
    begin();
    windows(2, 0, 0);
    windows(2, 2, 0);
    call(V1, 2, 0);
    monitor.flush();
    assertThat(told()).containsExactly("alarm-1 incident-1");
    for (int jump = 0; jump < 2; jump++) { // in the middle of a window
      call(V1, 2, 0);
      call(V1, 2, 0);
      clock.advance(Duration.ofMinutes(minutes));
      if (!restart.equals("none")) {
        restart(restart.equals("kill"));
      }
      windows(2, 2, 0);
      assertThat(statuses()).containsExactly("incident-1 open");
      HtmlReport.of(monitor.history()).toHtml();
    }
    windows(1, 0, 0); // ends a window with rows of both
    assertThat(statuses()).containsExactly("incident-1 open");
    windows(4, 0, 0);
    assertThat(statuses()).containsExactly("incident-1 closed");
    assertThat(told()).containsExactly("alarm-1 incident-1");
  }

  @ParameterizedTest
  @CsvSource({"0, none", "0, close", "0, kill", "-60, none", "-60, kill"})
  void whatTheLimitWithheldIsToldOnceWhenThereIsRoom(int minutes, String restart) {
    window = Window.ofRows(CALL * CALLS);
    limit = 1;
    begin();
    windows(1, 0, 0);
    windows(1, 2, 0);
    assertThat(told()).containsExactly("alarm-1 incident-1");
    windows(3, 2, 2); // another feature, which is withheld
    assertThat(told()).hasSize(1);
    assertThat(monitor.counts().suppressedAlarms()).isEqualTo(1);
    clock.advance(Duration.ofMinutes(minutes));
    if (!restart.equals("none")) {
      restart(restart.equals("kill"));
    }
    windows(1, 2, 2);
    assertThat(told()).hasSize(1);
    clock.advance(Duration.ofDays(1));
    windows(6, 2, 2);
    assertThat(told()).containsExactly("alarm-1 incident-1", "alarm-2 incident-1");
    assertThat(alarms.get(1).evidence()).extracting(one -> one.name()).containsExactly("y");
    windows(3, 0, 0);
    assertThat(statuses()).containsExactly("incident-1 closed");
    assertThat(told()).hasSize(2);
  }

  /** The windows of both versions end at once, and the rows of the first one are before them. */
  @Test
  void aVersionThatServesWhenTheClockIsSetBackHasNotLeft() {
    begin();
    for (int call = 0; call < 6; call++) {
      withoutY();
      call(V2, 0, 0);
    }
    monitor.flush();
    assertThat(told()).containsExactly("alarm-1 incident-1");
    clock.advance(Duration.ofMinutes(-90));
    for (int call = 0; call < 6; call++) {
      withoutY();
      call(V2, 0, 0);
    }
    monitor.flush();
    assertThat(monitor.counts().clockSetBack()).isEqualTo(1);
    assertThat(statuses()).containsExactly("incident-1 open");
    assertThat(told()).hasSize(1);
  }

  /** A call of the first version, whose client does not send a column. Too few to delay V2. */
  private void withoutY() {
    try (FeatureBatch all = rows(FEW, 0, 0);
        FeatureBatch features = FeatureBatch.of(VectorSchemaRoot.of(all.column("x")));
        FeatureBatch none = FeatureBatch.builder(allocator).rows(FEW).build()) {
      monitor.onInference(Events.answered(V1, features, none));
    }
  }
}
