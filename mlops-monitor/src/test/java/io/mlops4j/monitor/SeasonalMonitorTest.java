package io.mlops4j.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.monitor.alarm.Alarm;
import io.mlops4j.monitor.alarm.Incident;
import io.mlops4j.monitor.alarm.NotWatched;
import io.mlops4j.monitor.drift.WindowReport;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.monitor.profile.SlicedProfile;
import io.mlops4j.monitor.profile.Slices;
import io.mlops4j.rollout.Evidence;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Rows whose numbers depend on the weekday, and an answer that is twice the number. */
class SeasonalMonitorTest {
  private static final ServedBy V1 = Events.version(1);
  private static final int ROWS = 1_000;

  private final BufferAllocator allocator = new RootAllocator();
  private final Random random = new Random(15);

  @AfterEach
  void nothingIsLent() {
    assertThat(allocator.getAllocatedMemory()).isZero();
    allocator.close();
  }

  private FeatureBatch rows(int weekday, double shift) {
    double[] x = random.doubles(ROWS).map(u -> u + 3 * weekday + shift).toArray();
    double[] noise = random.doubles(ROWS).toArray();
    return FeatureBatch.builder(allocator)
        .strings("day", Collections.nCopies(ROWS, "d" + weekday).toArray(String[]::new))
        .doubles("x", x)
        .doubles("noise", noise)
        .build();
  }

  private FeatureBatch answers(FeatureBatch rows, double bias) {
    double[] y = new double[rows.rows()];
    for (int row = 0; row < y.length; row++) {
      y[row] = 2 * ((Number) rows.column("x").getObject(row)).doubleValue() + bias;
    }
    return FeatureBatch.builder(allocator).doubles("y", y).build();
  }

  /** Two weeks, with answers. */
  private SlicedProfile reference() {
    Profile.Builder bins = Profile.builder().except("day");
    List<FeatureBatch> days = new ArrayList<>();
    for (int day = 0; day < 14; day++) {
      FeatureBatch rows = rows(day % 7, 0);
      days.add(rows);
      try (FeatureBatch answers = answers(rows, 0)) {
        bins.add(rows, answers);
      }
    }
    SlicedProfile.Builder slices = SlicedProfile.builder(bins.build(), Slices.by("day"));
    for (FeatureBatch rows : days) {
      try (rows;
          FeatureBatch answers = answers(rows, 0)) {
        slices.add(rows, answers);
      }
    }
    return slices.build();
  }

  private void day(ModelMonitor monitor, int day, double shift, double bias) {
    try (FeatureBatch rows = rows(day % 7, shift);
        FeatureBatch answers = answers(rows, bias)) {
      monitor.onInference(Events.answered(V1, rows, answers));
    }
  }

  private static MonitorBuilder daily(MonitorBuilder monitor) {
    return monitor.window(Window.ofRows(ROWS));
  }

  @Test
  void seasonsRaiseNoAlarmWithSlicesAndOneForEachColumnWithout() {
    List<Alarm> sliced = new ArrayList<>();
    List<Alarm> whole = new ArrayList<>();
    SlicedProfile reference = reference();
    try (ModelMonitor withSlices = daily(ModelMonitor.builder(reference).everyRow()).start();
        ModelMonitor without = daily(ModelMonitor.builder(reference.whole()).everyRow()).start()) {
      withSlices.onAlarm(sliced::add);
      without.onAlarm(whole::add);
      for (int day = 0; day < 14; day++) {
        day(withSlices, day, 0, 0);
        day(without, day, 0, 0);
      }
      withSlices.flush();
      without.flush();
    }
    assertThat(sliced).isEmpty();
    assertThat(whole).flatExtracting(Alarm::evidence).extracting(Evidence::name).contains("x", "y");
  }

  @Test
  void aShiftWithinADayIsFoundAndItsSliceNamed() {
    List<Alarm> alarms = new ArrayList<>();
    try (ModelMonitor monitor = daily(ModelMonitor.builder(reference()).everyRow()).start()) {
      monitor.onAlarm(alarms::add);
      for (int day = 0; day < 7; day++) {
        day(monitor, day, day == 3 ? 0.5 : 0, 0);
      }
      monitor.flush();
    }
    assertThat(alarms).hasSize(1);
    assertThat(alarms.get(0).evidence())
        .extracting(Evidence::name)
        .as("the feature before the answer")
        .containsExactly("x", "y");
    assertThat(alarms.get(0).evidence())
        .extracting(Evidence::text)
        .allMatch(t -> t.contains(" in slice d3"));
  }

  /** The days between are no evidence of health: they have no rows of the slice. */
  @Test
  void driftOfOneWeekdayGoesOnFromWeekToWeekAndEndsOnItsSecondHealthyDay() {
    List<Alarm> alarms = new ArrayList<>();
    try (ModelMonitor monitor = daily(ModelMonitor.builder(reference()).everyRow()).start()) {
      monitor.onAlarm(alarms::add);
      for (int day = 0; day < 21; day++) {
        day(monitor, day, day % 7 == 3 ? 0.5 : 0, 0);
      }
      for (int day = 21; day < 7 * 4 + 3; day++) { // one healthy day of the slice
        day(monitor, day, 0, 0);
      }
      monitor.flush();
      assertThat(alarms).hasSize(1);
      Incident incident = monitor.incidents().get(0);
      assertThat(monitor.incidents()).hasSize(1);
      assertThat(incident.isOpen()).isTrue();
      assertThat(incident.cause().found()).isEqualTo(3);
      day(monitor, 3, 0, 0);
      monitor.flush();
      assertThat(monitor.incidents()).singleElement().matches(one -> !one.isOpen());
    }
    assertThat(alarms).hasSize(1);
  }

  @Test
  void answersAloneMayDrift() {
    List<Alarm> alarms = new ArrayList<>();
    try (ModelMonitor monitor = daily(ModelMonitor.builder(reference()).everyRow()).start()) {
      monitor.onAlarm(alarms::add);
      day(monitor, 0, 0, 0);
      day(monitor, 1, 0, 1);
      monitor.flush();
    }
    assertThat(alarms)
        .flatExtracting(Alarm::evidence)
        .extracting(Evidence::name)
        .containsExactly("y");
  }

  @Test
  void aWindowMayHoldSeveralSlices() {
    List<WindowReport> windows = new ArrayList<>();
    List<Alarm> alarms = new ArrayList<>();
    try (ModelMonitor monitor =
        ModelMonitor.builder(reference()).everyRow().window(Window.ofRows(3 * ROWS)).start()) {
      monitor.onAlarm(alarms::add);
      monitor.onWindow(windows::add);
      for (int day = 0; day < 3; day++) {
        day(monitor, day, 0, 0);
      }
      monitor.flush();
    }
    assertThat(alarms).isEmpty();
    assertThat(windows).hasSize(1);
    assertThat(windows.get(0).profile().rows()).isEqualTo(3 * ROWS);
    assertThat(windows.get(0).drift().slices())
        .filteredOn(slice -> slice.current().rows() > 0)
        .extracting(slice -> slice.slice())
        .containsExactlyInAnyOrder("d0", "d1", "d2");
  }

  @Test
  void rowsWithoutTheColumnOfTheSlicesAreReportedAndNotTakenForGood() {
    List<Alarm> alarms = new ArrayList<>();
    List<WindowReport> windows = new ArrayList<>();
    try (ModelMonitor monitor = daily(ModelMonitor.builder(reference()).everyRow()).start()) {
      monitor.onAlarm(alarms::add);
      monitor.onWindow(windows::add);
      double[] x = random.doubles(ROWS).toArray();
      try (FeatureBatch rows =
              FeatureBatch.builder(allocator).doubles("x", x).doubles("noise", x).build();
          FeatureBatch answers = answers(rows, 0)) {
        monitor.onInference(Events.answered(V1, rows, answers));
      }
      monitor.flush();
      assertThat(windows.get(0).drift().onlyInReference()).containsExactly("noise", "x", "y");
      assertThat(alarms).extracting(Alarm::kind).containsExactly(Alarm.Kind.CONFIGURATION);
      assertThat(alarms.get(0).evidence().get(0).text())
          .contains("the rows cannot be sliced: the batch lacks day");
      assertThat(monitor.notWatched()).extracting(NotWatched::name).containsExactly("slices");
      day(monitor, 2, 0, 0);
      monitor.flush();
      assertThat(monitor.notWatched()).isEmpty();
      assertThat(windows.get(1).drift().judgedColumns()).isEqualTo(3);
      assertThat(monitor.counts().rows()).isEqualTo(2 * ROWS);
    }
  }

  @Test
  void aBatchThatCannotBeSlicedLeavesTheOtherRowsOfItsWindow() {
    List<WindowReport> windows = new ArrayList<>();
    try (ModelMonitor monitor =
        ModelMonitor.builder(reference()).everyRow().window(Window.ofRows(2 * ROWS)).start()) {
      monitor.onWindow(windows::add);
      day(monitor, 2, 0, 0);
      double[] x = random.doubles(ROWS).toArray();
      try (FeatureBatch rows =
              FeatureBatch.builder(allocator)
                  .doubles("dya", x)
                  .doubles("x", x)
                  .doubles("noise", x)
                  .build();
          FeatureBatch answers = answers(rows, 0)) {
        monitor.onInference(Events.answered(V1, rows, answers));
      }
      monitor.flush();
      assertThat(monitor.counts().unfit()).isEqualTo(ROWS);
      assertThat(monitor.notWatched().get(0).reason()).endsWith("; did you mean \"dya\"?");
    }
    assertThat(windows.get(0).profile().rows()).isEqualTo(ROWS);
    assertThat(windows.get(0).uncounted())
        .isEqualTo(Map.of("noise", (long) ROWS, "x", (long) ROWS, "y", (long) ROWS));
    assertThat(windows.get(0).drift().slices())
        .filteredOn(slice -> slice.current().rows() > 0)
        .extracting(slice -> slice.slice())
        .containsExactly("d2");
  }

  @Test
  void acceptedSlicesReplaceTheirOwn() {
    SlicedProfile reference = reference();
    try (ModelMonitor monitor = daily(ModelMonitor.builder(reference).everyRow()).start()) {
      day(monitor, 4, 0.5, 0);
      monitor.acceptAsReference();
      SlicedProfile now = monitor.referenceSlices().orElseThrow();
      assertThat(now.slice("d4").rows()).isEqualTo(ROWS);
      assertThat(now.slice("d3")).isEqualTo(reference.slice("d3"));
      day(monitor, 4, 0.5, 0);
      day(monitor, 3, 0.5, 0);
      monitor.flush();
      assertThat(MadeAlarms.findings(monitor))
          .filteredOn(Incident.Finding::isOpen)
          .allMatch(one -> one.newest().text().contains(" in slice d3"))
          .hasSize(2);
    }
  }

  @Test
  void aWindowWithoutALargeSliceIsNoReference() {
    SlicedProfile reference = reference();
    try (ModelMonitor monitor =
        ModelMonitor.builder(reference).everyRow().window(Window.ofRows(140)).start()) {
      String[] days = new String[140];
      double[] x = new double[140];
      for (int row = 0; row < days.length; row++) {
        days[row] = "d" + row % 7;
        x[row] = 3 * (row % 7) + 0.5;
      }
      try (FeatureBatch rows =
              FeatureBatch.builder(allocator)
                  .strings("day", days)
                  .doubles("x", x)
                  .doubles("noise", x)
                  .build();
          FeatureBatch answers = answers(rows, 0)) {
        monitor.onInference(Events.answered(V1, rows, answers));
      }
      assertThatIllegalStateException()
          .isThrownBy(monitor::acceptAsReference)
          .withMessageContaining("no slice");
    }
  }
}
