package io.mlops4j.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.monitor.alarm.Alarm;
import io.mlops4j.monitor.profile.Profile;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Drift that the detectors find and the tests of whole windows do not, or find later. */
class SequentialDriftTest {
  private static final long SEED = 20;
  private static final int COLUMNS = 4;

  private final BufferAllocator allocator = new RootAllocator();
  private final SplittableRandom random = new SplittableRandom(SEED);
  private final List<Alarm> alarms = new ArrayList<>();

  @AfterEach
  void nothingIsLent() {
    assertThat(allocator.getAllocatedMemory()).isZero();
    allocator.close();
  }

  /** Normal columns c0, c1, ...; the first one is shifted. */
  private FeatureBatch rows(int count, double shift) {
    FeatureBatch.Builder rows = FeatureBatch.builder(allocator);
    for (int column = 0; column < COLUMNS; column++) {
      float[] values = new float[count];
      for (int i = 0; i < count; i++) {
        values[i] = (float) (random.nextGaussian() + (column == 0 ? shift : 0));
      }
      rows.floats("c" + column, values);
    }
    return rows.build();
  }

  private Profile reference(int rows) {
    try (FeatureBatch batch = rows(rows, 0)) {
      return Profile.of(List.of(batch));
    }
  }

  private ModelMonitor start(Profile reference, int window) {
    ModelMonitor monitor =
        ModelMonitor.builder(reference)
            .everyRow()
            .window(Window.ofRows(window))
            .clock(Clock.fixed(Instant.EPOCH, ZoneOffset.UTC))
            .start();
    monitor.onAlarm(alarms::add);
    return monitor;
  }

  private void answer(ModelMonitor monitor, FeatureBatch rows) {
    try (FeatureBatch outputs =
        FeatureBatch.builder(allocator).floats("score", new float[rows.rows()]).build()) {
      monitor.onInference(Events.answered(Events.version(1), rows, outputs));
      monitor.flush();
    }
  }

  /** Adds rows until there is an alarm, and returns their number. */
  private int rowsUntilAlarm(ModelMonitor monitor, double shift, int most) {
    int rows = 0;
    while (alarms.isEmpty() && rows < most) {
      try (FeatureBatch batch = rows(250, shift)) {
        answer(monitor, batch);
      }
      rows += 250;
    }
    return rows;
  }

  @Test
  void aStrongShiftIsAnnouncedBeforeItsWindowEnds() {
    Profile reference = reference(10_000);
    try (ModelMonitor monitor = start(reference, 10_000)) {
      assertThat(rowsUntilAlarm(monitor, 0, 23_000)).as("seed %d", SEED).isEqualTo(23_000);
      assertThat(rowsUntilAlarm(monitor, 1, 20_000)).isLessThanOrEqualTo(1_000);
      assertThat(MadeAlarms.findings(monitor))
          .singleElement()
          .satisfies(
              one -> {
                assertThat(one.subject()).isEqualTo("c0");
                // 1 deviation, less what the rows before the change take away
                assertThat(one.first().measured()).isBetween(0.6, 1.4);
              });
      Alarm.Compared compared = alarms.get(0).compared().orElseThrow();
      assertThat(compared.rows()).as("rows of the open window").isBetween(3_250L, 4_000L);
      assertThat(compared.reference()).isEqualTo(reference.digest());
      alarms.clear();
      rowsUntilAlarm(monitor, 1, 30_000);
      assertThat(alarms).as("one change is one alarm").isEmpty();
      assertThat(MadeAlarms.findings(monitor)).hasSize(1);
    }
  }

  @Test
  void aSmallShiftIsFoundInWindowsThatAreTooShortToTestIt() {
    try (ModelMonitor monitor = start(reference(10_000), 250)) {
      assertThat(rowsUntilAlarm(monitor, 0, 5_000)).as("seed %d", SEED).isEqualTo(5_000);
      int rows = rowsUntilAlarm(monitor, 0.2, 40_000);
      assertThat(rows).isBetween(500, 20_000);
      assertThat(MadeAlarms.findings(monitor))
          .singleElement()
          .satisfies(
              one -> {
                assertThat(one.subject()).isEqualTo("c0");
                assertThat(one.first().text()).contains("by a sequential detector");
              });
    }
  }

  @Test
  void aPartOfADayThatDiffersFromTheWholeIsNoAlarm() {
    // Each window begins with small numbers and ends with large ones; together they are normal.
    try (ModelMonitor monitor = start(reference(10_000), 4_000)) {
      for (int window = 0; window < 12; window++) {
        float[][] sorted = new float[COLUMNS][4_000];
        for (float[] column : sorted) {
          for (int i = 0; i < column.length; i++) {
            column[i] = (float) random.nextGaussian();
          }
        }
        Arrays.sort(sorted[0]);
        for (int from = 0; from < 4_000; from += 250) {
          FeatureBatch.Builder part = FeatureBatch.builder(allocator);
          for (int column = 0; column < COLUMNS; column++) {
            part.floats("c" + column, Arrays.copyOfRange(sorted[column], from, from + 250));
          }
          try (FeatureBatch rows = part.build()) {
            answer(monitor, rows);
          }
        }
      }
      assertThat(alarms).as("seed %d", SEED).isEmpty();
    }
  }

  @Test
  void theBudgetHoldsForAllColumnsTogether() {
    int found = 0;
    int rows = 0;
    for (int stream = 0; stream < 6; stream++) {
      try (ModelMonitor monitor =
          ModelMonitor.builder(reference(1_000))
              .everyRow()
              .window(Window.ofRows(1_000))
              .falseAlarms(OncePer.rows(10_000))
              .start()) {
        monitor.onAlarm(alarms::add);
        for (int batch = 0; batch < 20; batch++) {
          try (FeatureBatch normal = rows(1_000, 0)) {
            answer(monitor, normal);
          }
          rows += 1_000;
        }
      }
      found += alarms.size();
      alarms.clear();
    }
    // at most 12 are expected; a Poisson number with this mean exceeds 20 once in a hundred times
    assertThat(found).as("seed %d, alarms in %d rows", SEED, rows).isLessThanOrEqualTo(20);
  }
}
