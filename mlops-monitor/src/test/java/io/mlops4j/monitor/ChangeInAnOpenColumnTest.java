package io.mlops4j.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.monitor.alarm.Alarm;
import io.mlops4j.monitor.drift.DriftPolicy;
import io.mlops4j.monitor.live.state.StateReader;
import io.mlops4j.monitor.live.state.StateWriter;
import io.mlops4j.monitor.live.watch.drift.Baseline;
import io.mlops4j.monitor.live.watch.drift.DriftHistory;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.monitor.profile.SlicedProfile;
import io.mlops4j.monitor.profile.Slices;
import io.mlops4j.monitor.profile.internal.BinaryFrame;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A column whose drift is open for ever, because hours are seasonal, must not hide an incident. */
class ChangeInAnOpenColumnTest {
  private static final ServedBy V1 = Events.version(1);
  private static final int ROWS = 1_000;

  private final BufferAllocator allocator = new RootAllocator();
  private final Random random = new Random(14);
  private final List<Alarm> alarms = new ArrayList<>();

  @AfterEach
  void nothingIsLent() {
    assertThat(allocator.getAllocatedMemory()).isZero();
    allocator.close();
  }

  /** The hours of a quarter of a day, times a factor. */
  private FeatureBatch quarter(int number, double factor) {
    double[] hours =
        random.doubles(ROWS).map(u -> factor * (6 * (number % 4) + Math.floor(6 * u))).toArray();
    String[] name = Collections.nCopies(ROWS, "q" + number % 4).toArray(String[]::new);
    return FeatureBatch.builder(allocator).strings("quarter", name).doubles("hour", hours).build();
  }

  private List<FeatureBatch> day() {
    List<FeatureBatch> day = new ArrayList<>();
    for (int quarter = 0; quarter < 4; quarter++) {
      day.add(quarter(quarter, 1));
    }
    return day;
  }

  private Profile reference() {
    Profile.Builder counting = Profile.builder().except("quarter");
    List<FeatureBatch> day = day();
    day.forEach(counting::add);
    day.forEach(FeatureBatch::close);
    return counting.build();
  }

  private void answer(ModelMonitor monitor, FeatureBatch rows) {
    try (rows;
        FeatureBatch outputs =
            FeatureBatch.builder(allocator).doubles("y", new double[rows.rows()]).build()) {
      monitor.onInference(Events.answered(V1, rows, outputs));
      monitor.flush();
    }
  }

  private ModelMonitor started(MonitorBuilder settings) {
    ModelMonitor monitor = settings.window(Window.ofRows(ROWS)).start();
    monitor.onAlarm(alarms::add);
    return monitor;
  }

  private void days(ModelMonitor monitor, int days) {
    for (int quarter = 0; quarter < 4 * days; quarter++) {
      answer(monitor, quarter(quarter, 1));
    }
  }

  @Test
  void anIncidentInASeasonalColumnIsAnnouncedOnce() {
    try (ModelMonitor monitor = started(ModelMonitor.builder(reference()).everyRow())) {
      days(monitor, 4);
      int seasonal = alarms.size();
      assertThat(seasonal).isBetween(1, 3); // it began, and it got worse
      for (int quarter = 0; quarter < 8; quarter++) {
        answer(monitor, quarter(quarter, 0.05)); // in another unit
      }
      assertThat(MadeAlarms.findings(monitor)).hasSize(1);
      assertThat(alarms).hasSize(seasonal + 1);
      assertThat(alarms.get(seasonal).toString()).contains("it changed again");
      days(monitor, 2); // back to normal
      assertThat(alarms).hasSize(seasonal + 1);
    }
  }

  @Test
  void aSeasonAloneIsNotAnotherChange() {
    try (ModelMonitor monitor = started(ModelMonitor.builder(reference()).everyRow())) {
      days(monitor, 15);
      assertThat(MadeAlarms.findings(monitor)).singleElement().matches(one -> one.found() == 60);
      assertThat(alarms).allMatch(alarm -> !alarm.toString().contains("it changed again"));
    }
  }

  @Test
  void aDriftThatStaysAsItIsIsNotAnotherChange() {
    try (ModelMonitor monitor = started(ModelMonitor.builder(reference()).everyRow())) {
      for (int i = 0; i < 30; i++) {
        answer(monitor, quarter(0, 1));
      }
      assertThat(alarms).hasSize(1);
      answer(monitor, quarter(1, 1));
      assertThat(alarms).hasSize(2);
      assertThat(monitor.incidents().get(0).cause().found()).isEqualTo(31);
    }
  }

  /** The column drifts a little in each slice, and then differently in one of them. */
  @Test
  void anIncidentInASliceOfAnOpenColumnIsAnnounced() {
    SlicedProfile.Builder slices = SlicedProfile.builder(reference(), Slices.by("quarter"));
    for (int i = 0; i < 2; i++) {
      List<FeatureBatch> day = day();
      day.forEach(slices::add);
      day.forEach(FeatureBatch::close);
    }
    try (ModelMonitor monitor = started(ModelMonitor.builder(slices.build()).everyRow())) {
      for (int quarter = 0; quarter < 12; quarter++) {
        answer(monitor, quarter(quarter, 1.1));
      }
      int before = alarms.size();
      assertThat(before).isPositive();
      answer(monitor, quarter(0, 1.1));
      answer(monitor, quarter(1, 1.1));
      answer(monitor, quarter(2, 0.95));
      assertThat(alarms).hasSize(before + 1);
      assertThat(alarms.get(before).toString())
          .contains("in slice q2")
          .contains("it changed again");
    }
  }

  @Test
  void aHistoryIsReadAsItWasWritten() {
    BinaryFrame frame = new BinaryFrame("history", 1, 1, 1);
    DriftHistory history = new DriftHistory(DriftHistory.MOST_WINDOWS);
    Profile reference = reference();
    for (int i = 0; i < 18; i++) {
      try (FeatureBatch rows = quarter(i, i < 16 ? 1 : 0.05)) {
        history.add(
            Baseline.WHOLE,
            Set.of(Baseline.WHOLE),
            reference.profile(List.of(rows)),
            DriftPolicy.withDefaults());
      }
    }
    assertThat(history.changes()).isEqualTo(1);
    StateWriter out = new StateWriter(frame);
    history.write(out);
    StateWriter again = new StateWriter(frame);
    StateReader.read(frame, out.toBytes(), DriftHistory::read).write(again);
    assertThat(again.toBytes()).isEqualTo(out.toBytes());
  }
}
