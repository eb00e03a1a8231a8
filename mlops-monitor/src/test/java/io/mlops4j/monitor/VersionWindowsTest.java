package io.mlops4j.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.tuple;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.monitor.alarm.Alarm;
import io.mlops4j.monitor.alarm.Incident;
import io.mlops4j.monitor.drift.WindowReport;
import io.mlops4j.monitor.live.rows.Span;
import io.mlops4j.monitor.profile.NumberProfile;
import io.mlops4j.monitor.profile.Profile;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Windows per version, sliding windows, and the time and rows at their edges. */
class VersionWindowsTest {
  private static final ServedBy V1 = Events.version(1);
  private static final ServedBy V2 = Events.version(2);
  private static final int ROWS = 500;

  private final BufferAllocator allocator = new RootAllocator();
  private final ManualClock clock = new ManualClock();
  private final Random random = new Random(14);
  private final List<WindowReport> windows = new ArrayList<>();
  private final Profile reference = reference();

  @AfterEach
  void nothingIsLent() {
    assertThat(allocator.getAllocatedMemory()).isZero();
    allocator.close();
  }

  private FeatureBatch rows(String name, double shift) {
    double[] values = random.doubles(ROWS).map(u -> u + shift).toArray();
    return FeatureBatch.builder(allocator).doubles(name, values).build();
  }

  private Profile reference() {
    Profile.Builder counting = Profile.builder();
    for (int i = 0; i < 4; i++) {
      try (FeatureBatch features = rows("x", 0);
          FeatureBatch outputs = rows("y", 0)) {
        counting.add(features, outputs);
      }
    }
    return counting.build();
  }

  private ModelMonitor started(MonitorBuilder settings) {
    ModelMonitor monitor = settings.clock(clock).start();
    monitor.onWindow(windows::add);
    return monitor;
  }

  private ModelMonitor started(Window window) {
    return started(
        ModelMonitor.builder(reference).everyRow().window(window).without(Watched.QUALITY));
  }

  /** Answers one batch and returns its profile, counted without a monitor. */
  private Profile answer(ModelMonitor monitor, ServedBy by, double shift, double bias) {
    try (FeatureBatch features = rows("x", shift);
        FeatureBatch outputs = rows("y", bias)) {
      monitor.onInference(Events.answered(by, features, outputs));
      monitor.flush();
      return reference.counting().add(features, outputs).build();
    }
  }

  private static Profile sum(List<Profile> parts) {
    return parts.stream().reduce(Profile::merge).orElseThrow();
  }

  @Test
  void rowsOfTwoVersionsNeverMix() {
    List<Profile> first = new ArrayList<>();
    List<Profile> second = new ArrayList<>();
    try (ModelMonitor monitor = started(Window.ofRows(3 * ROWS))) {
      for (int i = 0; i < 6; i++) {
        (i % 2 == 0 ? first : second).add(answer(monitor, i % 2 == 0 ? V1 : V2, 0, i % 2));
      }
      assertThat(monitor.newestWindow(V1)).contains(windows.get(0));
      assertThat(monitor.newestWindow(V2)).contains(windows.get(1));
      assertThat(monitor.newestWindow(Events.version(3))).isEmpty();
    }
    assertThat(windows).extracting(WindowReport::servedBy).containsExactly(V1, V2);
    assertThat(windows.get(0).profile().toBytes()).isEqualTo(sum(first).toBytes());
    assertThat(windows.get(1).profile().toBytes()).isEqualTo(sum(second).toBytes());
  }

  @Test
  void featuresShareAFindingAndOutputsOfAnotherVersionAreAnIncidentOfTheirOwn() {
    try (ModelMonitor monitor = started(Window.ofRows(ROWS))) {
      answer(monitor, V1, 1, 1);
      answer(monitor, V2, 1, 1);
      List<Incident> incidents = monitor.incidents();
      assertThat(incidents).extracting(Incident::servedBy).containsExactly(V1, V2);
      assertThat(incidents.get(0).findings())
          .extracting(Incident.Finding::subject, Incident.Finding::found)
          .containsExactly(tuple("x", 2), tuple("y", 1));
      assertThat(incidents.get(1).findings())
          .extracting(Incident.Finding::subject, Incident.Finding::found)
          .containsExactly(tuple("y", 1));
    }
  }

  @Test
  void theOutputsOfAVersionThatLeftEndAfterTwoWindows() {
    try (ModelMonitor monitor = started(Window.ofRows(ROWS))) {
      answer(monitor, V1, 0, 1);
      clock.advance(Duration.ofHours(1));
      answer(monitor, V2, 0, 0);
      answer(monitor, V2, 0, 0);
      assertThat(monitor.incidents())
          .extracting(Incident::servedBy, Incident::status)
          .containsExactly(tuple(V1, "closed"));
    }
  }

  /** A deployment has at most a few versions at a time, so more of them are old. */
  @Test
  void versionsBeyondTheNewestEightAreDiscardedAndCounted() {
    try (ModelMonitor monitor = started(Window.ofRows(2 * ROWS))) {
      for (int version = 1; version <= 9; version++) {
        answer(monitor, Events.version(version), 0, 0);
      }
      assertThat(monitor.counts().discarded()).isEqualTo(ROWS);
      answer(monitor, Events.version(1), 0, 0); // begins anew and replaces version 2
      answer(monitor, Events.version(3), 0, 0);
      assertThat(monitor.counts().discarded()).isEqualTo(2 * ROWS);
    }
    assertThat(windows).extracting(WindowReport::servedBy).containsExactly(Events.version(3));
  }

  /** None of them fills a window, which would end the incidents of versions that have left. */
  @Test
  void incidentsOfVersionsThatLeftLongAgoEnd() {
    Profile other;
    try (FeatureBatch features = rows("distance", 0)) {
      other = Profile.of(List.of(features));
    }
    try (ModelMonitor monitor =
        started(ModelMonitor.builder(other).everyRow().window(Window.ofRows(2 * ROWS)))) {
      for (int version = 1; version <= 100; version++) {
        answer(monitor, Events.version(version), 0, 0);
      }
      assertThat(monitor.incidents()).hasSize(100);
      assertThat(monitor.incidents().stream().filter(Incident::isOpen))
          .extracting(Incident::servedBy)
          .hasSize(64)
          .contains(Events.version(37), Events.version(100))
          .doesNotContain(Events.version(36));
    }
  }

  @Test
  void aSlidingWindowOfRowsCoversTheNewestSteps() {
    List<Profile> steps = new ArrayList<>();
    try (ModelMonitor monitor = started(Window.sliding(3 * ROWS, ROWS))) {
      for (int i = 0; i < 5; i++) {
        steps.add(answer(monitor, V1, 0, 0));
        int from = Math.max(0, i - 2);
        assertThat(windows).hasSize(i + 1);
        assertThat(windows.get(i).profile().toBytes())
            .isEqualTo(sum(steps.subList(from, i + 1)).toBytes());
      }
    }
  }

  @Test
  void aSlidingWindowFindsASmallChangeThatOneStepDoesNot() {
    Profile normal;
    try (FeatureBatch rows = normal(40 * ROWS, 0)) {
      normal = Profile.of(List.of(rows));
    }
    assertThat(found(normal, Window.ofRows(ROWS))).isEmpty();
    assertThat(found(normal, Window.sliding(8 * ROWS, ROWS))).containsExactly("x");
  }

  private FeatureBatch normal(int rows, double shift) {
    double[] values = new double[rows];
    for (int row = 0; row < rows; row++) {
      values[row] = random.nextGaussian() + shift;
    }
    return FeatureBatch.builder(allocator).doubles("x", values).build();
  }

  private List<String> found(Profile normal, Window window) {
    try (ModelMonitor monitor =
        started(
            ModelMonitor.builder(normal)
                .everyRow()
                .window(window)
                .falseAlarms(OncePer.rows(100_000_000)))) {
      for (int i = 0; i < 8; i++) {
        try (FeatureBatch features = normal(ROWS, 0.15);
            FeatureBatch outputs = rows("y", 0)) {
          monitor.onInference(Events.answered(V1, features, outputs));
        }
      }
      monitor.flush();
      return MadeAlarms.findings(monitor).stream().map(Incident.Finding::subject).toList();
    }
  }

  @Test
  void aSlidingWindowOfTimeForgetsStepsThatAreTooOld() {
    try (ModelMonitor monitor = started(Window.sliding(Duration.ofDays(3), Duration.ofDays(1)))) {
      for (int day = 0; day < 5; day++) {
        answer(monitor, V1, 0, 0);
        clock.advance(Duration.ofDays(1));
      }
      clock.advance(Duration.ofDays(2)); // two days without rows
      answer(monitor, V1, 0, 0);
      clock.advance(Duration.ofDays(1));
      answer(monitor, V1, 0, 0);
    }
    assertThat(windows)
        .extracting(window -> window.profile().rows() / ROWS)
        .containsExactly(1L, 2L, 3L, 3L, 1L, 1L);
  }

  /** One alarm in 100 days is a hundredth for a day; whole windows have half of it. */
  @Test
  void versionsOfOneDayShareABudgetOfDays() {
    MonitorBuilder settings =
        ModelMonitor.builder(reference)
            .everyRow()
            .window(Window.of(Duration.ofDays(1)))
            .without(Watched.QUALITY)
            .falseAlarms(OncePer.days(100));
    try (ModelMonitor monitor = started(settings)) {
      answer(monitor, V1, 0, 0);
      clock.advance(Duration.ofDays(1));
      for (int call = 0; call < 4; call++) {
        answer(monitor, V2, 0, 0);
        answer(monitor, V1, 0, 0);
      }
      clock.advance(Duration.ofDays(1));
      answer(monitor, V1, 0, 0);
    }
    assertThat(windows)
        .extracting(window -> window.drift().policy().falseDiscoveryRate())
        .containsExactly(0.005, 0.0025, 0.0025);
  }

  @Test
  void aWindowOfTimeEndsWithTheRowsOfAnyVersion() {
    try (ModelMonitor monitor = started(Window.of(Duration.ofDays(1)))) {
      answer(monitor, V1, 0, 0);
      clock.advance(Duration.ofDays(1));
      answer(monitor, V2, 0, 0);
    }
    assertThat(windows).extracting(WindowReport::servedBy).containsExactly(V1);
  }

  /**
   * Rows of the first half of each day are small, those of the second half large. A version that
   * served half of a day has not drifted.
   */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aDayInWhichTheVersionChangedIsNotJudged(boolean restarted) {
    Profile.Builder days = Profile.builder();
    for (int half = 0; half < 4; half++) {
      try (FeatureBatch features = rows("x", half % 2);
          FeatureBatch outputs = rows("y", 0)) {
        days.add(features, outputs);
      }
    }
    MonitorBuilder settings =
        ModelMonitor.builder(days.build())
            .everyRow()
            .window(Window.of(Duration.ofDays(1)))
            .without(Watched.QUALITY);
    ModelMonitor monitor = started(settings);
    try {
      for (int hour = 0; hour < 5 * 24; hour++) {
        ServedBy version = hour < 36 ? V1 : V2; // V2 since noon of the second day
        try (FeatureBatch features = rows("x", hour % 24 < 12 ? 0 : 1);
            FeatureBatch outputs = rows("y", 0)) {
          monitor.onInference(Events.answered(version, features, outputs));
        }
        monitor.flush();
        clock.advance(Duration.ofHours(1));
        if (restarted) {
          byte[] state = monitor.snapshot();
          monitor.close();
          monitor = started(settings.restore(state));
        }
      }
      assertThat(monitor.incidents()).isEmpty();
      assertThat(monitor.counts().discarded()).isEqualTo(24 * ROWS);
    } finally {
      monitor.close();
    }
    assertThat(windows).extracting(WindowReport::servedBy).containsExactly(V1, V2, V2);
  }

  /** Of a canary with few calls, rows of other versions come before its first call of each day. */
  @Test
  void aCanaryWithFewCallsIsComparedFromItsSecondDayOn() {
    try (ModelMonitor monitor = started(Window.of(Duration.ofDays(1)))) {
      for (int hour = 0; hour < 3 * 24; hour++) {
        answer(monitor, hour > 12 && hour % 6 == 5 ? V2 : V1, 0, 0);
        clock.advance(Duration.ofHours(1));
      }
      answer(monitor, V1, 0, 0);
      assertThat(monitor.counts().discarded()).isEqualTo(2 * ROWS); // of the first day
    }
    assertThat(windows).extracting(WindowReport::servedBy).containsExactly(V1, V1, V2, V1, V2);
  }

  @Test
  void aClockThatThrowsLeavesNoRowsLent() {
    Clock broken =
        new ManualClock() {
          @Override
          public Instant instant() {
            throw new IllegalStateException("no time");
          }
        };
    try (ModelMonitor monitor = ModelMonitor.builder(reference).everyRow().clock(broken).start()) {
      answer(monitor, V1, 0, 0);
      assertThat(monitor.counts().failures()).isEqualTo(1);
      assertThat(monitor.counts().dropped()).isEqualTo(ROWS);
    }
  }

  @Test
  void daysBeginAtMidnightHoweverLateTheirFirstRowsAre() {
    Span day = Window.of(Duration.ofDays(1)).span();
    Instant late = Instant.parse("2001-02-01T00:55:00Z");
    assertThat(day.isOver(late, late, Instant.parse("2001-02-01T23:59:59Z"))).isFalse();
    assertThat(day.isOver(late, late, Instant.parse("2001-02-02T00:00:00Z"))).isTrue();
    Span hour = Window.of(Duration.ofMinutes(60)).span();
    assertThat(hour.isOver(late, late, Instant.parse("2001-02-01T01:00:00Z"))).isTrue();
    Span odd = Window.of(Duration.ofMillis(1_500)).span();
    assertThat(odd.isOver(late, late, late.plusMillis(1_499))).isFalse();
    assertThat(odd.isOver(late, late, late.plusMillis(1_500))).isTrue();
  }

  @Test
  void stepsThatDoNotFitTheLengthAreRefused() {
    assertThat(Window.sliding(10, 5)).hasToString("2 times 5 rows");
    assertThat(Window.sliding(Duration.ofDays(7), Duration.ofDays(1))).hasToString("7 times PT24H");
    for (int[] wrong : new int[][] {{10, 0}, {10, 3}, {0, 5}, {101, 1}, {5, 10}, {-5, 5}}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Window.sliding(wrong[0], wrong[1]))
          .withMessageContaining("expected");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Window.sliding(Duration.ofHours(wrong[0]), Duration.ofHours(wrong[1])))
          .withMessageContaining("expected");
    }
  }

  @Test
  void aClockThatIsSetBackEndsTheWindowOfTimeAndIsCounted() {
    try (ModelMonitor monitor = started(Window.of(Duration.ofDays(1)))) {
      answer(monitor, V1, 0, 0);
      clock.advance(Duration.ofMillis(-500)); // threads out of order
      answer(monitor, V1, 0, 0);
      assertThat(monitor.counts().clockSetBack()).isZero();
      clock.advance(Duration.ofDays(-365));
      answer(monitor, V1, 0, 0);
      assertThat(monitor.counts().clockSetBack()).isEqualTo(1);
      assertThat(windows).hasSize(1);
      assertThat(windows.get(0).profile().rows()).isEqualTo(2 * ROWS);
      assertThat(windows.get(0).to()).isEqualTo(windows.get(0).from());
      clock.advance(Duration.ofDays(1));
      answer(monitor, V1, 0, 0);
      assertThat(windows).hasSize(2);
    }
  }

  @Test
  void aClockThatIsSetBackWithinAWindowOfRowsLosesNoWindow() {
    for (Window length : List.of(Window.ofRows(2 * ROWS), Window.sliding(4 * ROWS, 2 * ROWS))) {
      windows.clear();
      try (ModelMonitor monitor = started(length)) {
        for (int call = 0; call < 6; call++) {
          answer(monitor, V1, 0, 0);
          clock.advance(Duration.ofHours(call == 2 ? -48 : 1));
        }
        assertThat(monitor.counts().failures()).isZero();
        assertThat(windows).hasSize(3);
        assertThat(windows).noneMatch(window -> window.to().isBefore(window.from()));
        assertThat(windows.get(1).from()).isEqualTo(windows.get(1).to());
      }
    }
  }

  @Test
  void anAlarmLimitDoesNotWaitForTheTimeBeforeTheClockWasSetBack() {
    List<Alarm> alarms = new ArrayList<>();
    try (ModelMonitor monitor =
        started(
            ModelMonitor.builder(reference)
                .everyRow()
                .window(Window.ofRows(ROWS))
                .alarmLimit(1, Duration.ofDays(1)))) {
      monitor.onAlarm(alarms::add);
      answer(monitor, V1, 1, 0);
      clock.advance(Duration.ofDays(-365));
      answer(monitor, V1, 0, 1);
      assertThat(alarms).hasSize(2);
    }
  }

  @Test
  void callsWithoutRowsAreCounted() {
    try (ModelMonitor monitor = started(Window.ofRows(ROWS));
        FeatureBatch none = FeatureBatch.builder(allocator).doubles("x").build();
        FeatureBatch noAnswers = FeatureBatch.builder(allocator).doubles("y").build()) {
      monitor.onInference(Events.answered(V1, none, noAnswers));
      monitor.flush();
      assertThat(monitor.counts().emptyCalls()).isEqualTo(1);
      assertThat(monitor.counts().rows()).isZero();
      assertThat(monitor.notWatched()).isEmpty();
    }
  }

  @Test
  void answersThatAreNotNumbersAreMissingAndRaiseAnAlarm() {
    double[] values = random.doubles(ROWS).toArray();
    for (int row = 0; row < ROWS; row += 10) {
      values[row] = Double.NaN;
    }
    try (ModelMonitor monitor = started(Window.ofRows(ROWS));
        FeatureBatch features = rows("x", 0);
        FeatureBatch answers = FeatureBatch.builder(allocator).doubles("y", values).build()) {
      monitor.onInference(Events.answered(V1, features, answers));
      monitor.flush();
      NumberProfile seen = (NumberProfile) windows.get(0).profile().column("y");
      assertThat(seen.missing()).isEqualTo(ROWS / 10);
      assertThat(MadeAlarms.findings(monitor))
          .extracting(Incident.Finding::subject)
          .containsExactly("y");
      assertThat(monitor.incidents().get(0).cause().newest().text()).contains("missing");
    }
  }
}
