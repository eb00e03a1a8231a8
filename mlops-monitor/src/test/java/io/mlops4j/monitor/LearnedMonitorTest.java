package io.mlops4j.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.monitor.alarm.Alarm;
import io.mlops4j.monitor.reference.MadeDays;
import io.mlops4j.monitor.reference.Reference;
import io.mlops4j.monitor.report.HtmlReport;
import io.mlops4j.rollout.Evidence;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A monitor that is told nothing but the column of times. */
class LearnedMonitorTest {
  private static final int LEARNED = 28;

  private final BufferAllocator allocator = new RootAllocator();
  private final MadeDays days = new MadeDays(allocator, new Random(7), 1_000, 1, 0.15);

  @AfterEach
  void nothingIsLent() {
    assertThat(allocator.getAllocatedMemory()).isZero();
    allocator.close();
  }

  /** Passes the days after the reference, each in four calls without the column of times. */
  private List<Alarm> alarms(MonitorBuilder described, int more, IntToDoubleFunction shift) {
    List<Alarm> alarms = new ArrayList<>();
    ManualClock clock = new ManualClock();
    clock.set(MadeDays.instant(MadeDays.MONDAY.plusDays(LEARNED)));
    try (ModelMonitor monitor = described.everyRow().clock(clock).start()) {
      monitor.onAlarm(alarms::add);
      for (int day = 0; day <= more; day++) {
        pass(monitor, clock, days, LEARNED + day, shift.applyAsDouble(day));
      }
    }
    return alarms;
  }

  /** Passes the rows of one day in four calls, without the column of times. */
  static void pass(ModelMonitor monitor, ManualClock clock, MadeDays days, int day, double shift) {
    LocalDate date = MadeDays.MONDAY.plusDays(day);
    int rows = days.rows() / 4;
    try (FeatureBatch all = days.day(date, shift);
        FeatureBatch none = FeatureBatch.builder(days.allocator()).rows(rows).build()) {
      for (int part = 0; part < 4; part++) {
        clock.set(MadeDays.instant(date).plus(Duration.ofHours(6L * part)));
        FeatureBatch features =
            FeatureBatch.of(VectorSchemaRoot.of(all.column("x"), all.column("noise")))
                .slice(rows * part, rows);
        try (features) {
          monitor.onInference(Events.answered(Events.version(1), features, none));
        }
      }
    }
    monitor.flush();
  }

  @Test
  void healthyDaysThatDifferAsTheReferenceDidRaiseNoAlarm() {
    Reference reference = days.reference(LEARNED);
    assertThat(alarms(ModelMonitor.builder(reference), 56, day -> 0)).isEmpty();
  }

  @Test
  void thePageSaysWhatTheReferenceChose() {
    Reference reference = days.reference(LEARNED);
    byte[] state;
    try (ModelMonitor monitor = ModelMonitor.builder(reference).start()) {
      assertThat(HtmlReport.of(monitor.history()).toHtml())
          .contains(
              "Reference: 28,000 rows of 28 days; compares each day (UTC) with the same weekday");
      state = monitor.snapshot();
    }
    try (ModelMonitor monitor = ModelMonitor.builder(reference).restore(state).start()) {
      assertThat(monitor.history().reference()).contains(reference.toString());
    }
    try (ModelMonitor monitor = ModelMonitor.builder(reference.profile()).start()) {
      assertThat(monitor.history().reference()).isEmpty();
      assertThat(HtmlReport.of(monitor.history()).toHtml()).doesNotContain("Reference:");
    }
  }

  @Test
  void anAcceptedWindowIsNamedBesideTheReference() {
    Reference reference = days.reference(LEARNED);
    ManualClock clock = new ManualClock();
    clock.set(MadeDays.instant(MadeDays.MONDAY.plusDays(LEARNED)));
    try (ModelMonitor monitor = ModelMonitor.builder(reference).everyRow().clock(clock).start();
        FeatureBatch none = FeatureBatch.builder(allocator).rows(1_000).build()) {
      for (int day = 0; day < 2; day++) {
        LocalDate date = MadeDays.MONDAY.plusDays(LEARNED + (long) day);
        clock.set(MadeDays.instant(date));
        try (FeatureBatch all = days.day(date, 0)) {
          FeatureBatch rows =
              FeatureBatch.of(VectorSchemaRoot.of(all.column("x"), all.column("noise")));
          monitor.onInference(Events.answered(Events.version(1), rows, none));
        }
        monitor.flush();
      }
      monitor.acceptAsReference();
      assertThat(monitor.history().reference().orElseThrow())
          .isEqualTo(reference + "; rows of a later window were accepted in place of those of Mon");
    }
  }

  @Test
  void theSameDaysAgainstAProfileRaiseAlarms() {
    Reference reference = days.reference(LEARNED);
    MonitorBuilder plain =
        ModelMonitor.builder(reference.profile()).window(Window.of(Duration.ofDays(1)));
    assertThat(alarms(plain, 56, day -> 0)).isNotEmpty();
  }

  @Test
  void aShiftBeyondWhatHealthyDaysShowIsFoundWithinTwoDays() {
    Reference reference = days.reference(LEARNED);
    List<Alarm> alarms = alarms(ModelMonitor.builder(reference), 14, day -> day < 10 ? 0 : 1.5);
    assertThat(alarms).isNotEmpty();
    assertThat(alarms.get(0).at())
        .isBetween(
            MadeDays.instant(MadeDays.MONDAY.plusDays(LEARNED + 10)),
            MadeDays.instant(MadeDays.MONDAY.plusDays(LEARNED + 12)));
    assertThat(alarms).flatExtracting(Alarm::evidence).extracting(Evidence::name).contains("x");
  }
}
