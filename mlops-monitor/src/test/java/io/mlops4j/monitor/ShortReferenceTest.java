package io.mlops4j.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.monitor.alarm.Alarm;
import io.mlops4j.monitor.alarm.Incident;
import io.mlops4j.monitor.reference.MadeDays;
import io.mlops4j.monitor.reference.Reference;
import io.mlops4j.monitor.report.HtmlReport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A monitor whose reference has too few days to know how they differ. */
class ShortReferenceTest {
  private static final int LEARNED = 7;

  /** Above the bound of 0.1 deviations, and below twice it. */
  private static final double SMALL = 0.15;

  private static final String NARROWED = "14 healthy windows have narrowed the bounds of drift";

  private final BufferAllocator allocator = new RootAllocator();
  private final MadeDays days = new MadeDays(allocator, new Random(5), 2_000, 0, 0.02);
  private final Reference reference = days.reference(LEARNED);
  private final ManualClock clock = new ManualClock();
  private final List<Alarm> alarms = new ArrayList<>();

  @AfterEach
  void nothingIsLent() {
    assertThat(allocator.getAllocatedMemory()).isZero();
    allocator.close();
  }

  private ModelMonitor start(MonitorBuilder of) {
    clock.set(MadeDays.instant(MadeDays.MONDAY.plusDays(LEARNED)));
    ModelMonitor monitor = of.everyRow().clock(clock).start();
    monitor.onAlarm(alarms::add);
    return monitor;
  }

  private void pass(ModelMonitor monitor, int from, int to, IntToDoubleFunction shift) {
    for (int day = from; day < to; day++) {
      LearnedMonitorTest.pass(monitor, clock, days, LEARNED + day, shift.applyAsDouble(day));
    }
  }

  private static String chosen(ModelMonitor monitor) {
    return monitor.history().reference().orElseThrow();
  }

  @Test
  void driftBelowItsWideBoundsIsNotFoundAtFirst() {
    try (ModelMonitor monitor = start(ModelMonitor.builder(reference))) {
      pass(monitor, 0, 8, day -> SMALL);
      assertThat(alarms).isEmpty();
      assertThat(chosen(monitor))
          .startsWith(reference.toString())
          .contains("healthy windows so far");
    }
  }

  @Test
  void healthyWindowsNarrowItsBounds() {
    try (ModelMonitor monitor = start(ModelMonitor.builder(reference))) {
      pass(monitor, 0, 18, day -> 0);
      assertThat(HtmlReport.of(monitor.history()).toHtml()).contains(NARROWED);
      pass(monitor, 18, 22, day -> SMALL);
      assertThat(alarms)
          .singleElement()
          .matches(alarm -> alarm.evidence().get(0).name().equals("x"));
    }
  }

  @Test
  void whatWasLearnedOutlivesARestart() {
    byte[] state;
    try (ModelMonitor monitor = start(ModelMonitor.builder(reference))) {
      pass(monitor, 0, 10, day -> 0);
      state = monitor.snapshot();
    }
    try (ModelMonitor monitor = start(ModelMonitor.builder(reference).restore(state))) {
      pass(monitor, 10, 18, day -> 0);
      assertThat(chosen(monitor)).contains(NARROWED);
      state = monitor.snapshot();
    }
    try (ModelMonitor monitor = start(ModelMonitor.builder(reference).restore(state))) {
      assertThat(chosen(monitor)).contains(NARROWED);
      pass(monitor, 18, 22, day -> SMALL);
      assertThat(alarms).hasSize(1);
    }
  }

  @Test
  void windowsOfAnOpenIncidentTeachNothing() {
    try (ModelMonitor monitor = start(ModelMonitor.builder(reference))) {
      pass(monitor, 0, 30, day -> 1);
      assertThat(alarms).hasSize(1);
      assertThat(chosen(monitor)).contains("; 0 of 14 healthy windows so far");
    }
  }

  /** The first of two windows with small drift raises no alarm, but is not healthy either. */
  @Test
  void onlyWindowsLongBeforeAnIncidentTeach() {
    try (ModelMonitor monitor = start(ModelMonitor.builder(reference))) {
      double small = 1.5 * 0.1 * reference.boundFactors().get("x");
      pass(monitor, 0, 12, day -> day % 4 < 2 ? 0 : small);
      assertThat(alarms).isNotEmpty();
      assertThat(chosen(monitor)).contains("; 1 of 14 healthy windows so far");
    }
  }

  /** As soon as weekdays differ, a problem of Sundays goes on until Sundays are healthy. */
  @Test
  void aProblemOfOneWeekdayIsToldOnce() {
    try (ModelMonitor monitor = start(ModelMonitor.builder(reference))) {
      pass(monitor, 0, 42, day -> day % 7 == 6 ? 1.5 : 0);
      assertThat(alarms).hasSize(1);
      assertThat(monitor.incidents()).singleElement().matches(Incident::isOpen);
      pass(monitor, 42, 57, day -> 0);
      assertThat(monitor.incidents()).singleElement().matches(one -> !one.isOpen());
    }
  }

  @Test
  void anAcceptedWindowIsAShortReferenceOfItsOwn() {
    try (ModelMonitor monitor = start(ModelMonitor.builder(reference))) {
      pass(monitor, 0, 18, day -> 0);
      monitor.acceptAsReference();
      assertThat(chosen(monitor)).contains("accepted").endsWith("; 0 of 14 healthy windows so far");
      pass(monitor, 18, 22, day -> SMALL);
      assertThat(alarms).isEmpty();
    }
  }

  @Test
  void windowsOfAnotherLengthNarrowNothingAndItSaysSo() {
    MonitorBuilder hourly = ModelMonitor.builder(reference).window(Window.of(Duration.ofHours(6)));
    try (ModelMonitor monitor = start(hourly)) {
      pass(monitor, 0, 18, day -> 0);
      assertThat(chosen(monitor))
          .endsWith("; windows of another length than its own do not narrow the bounds");
    }
  }

  @Test
  void aReferenceOfTwoWeeksLearnsNothingMore() {
    Reference known = days.reference(14);
    try (ModelMonitor monitor = start(ModelMonitor.builder(known))) {
      pass(monitor, 7, 25, day -> 0);
      assertThat(chosen(monitor)).isEqualTo(known.toString());
    }
  }
}
