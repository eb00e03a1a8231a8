package io.mlops4j.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.fixture.Sized;
import io.mlops4j.fixture.TestSize;
import io.mlops4j.inference.InferenceEvent.Route;
import io.mlops4j.monitor.drift.DriftPolicy;
import io.mlops4j.monitor.drift.WindowReport;
import io.mlops4j.monitor.live.intake.ProcessorMeter;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.monitor.profile.SlicedProfile;
import io.mlops4j.monitor.profile.Slices;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntVector;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Calls that are handled together leave the same state as one call after the other. */
@Sized
@SuppressWarnings("LockNotBeforeTry") // a gate that opens when it can be locked
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CallsInBlocksTest {
  private static final int CALLS = TestSize.of(200, 400);

  private final BufferAllocator allocator = new RootAllocator();
  private final ManualClock clock = new ManualClock();
  private final ReentrantLock gate = new ReentrantLock();
  private final List<FeatureBatch> features = new ArrayList<>();
  private final List<FeatureBatch> outputs = new ArrayList<>();
  private int keys;
  private final FeatureBatch good;
  private final FeatureBatch goodAnswers;

  CallsInBlocksTest() {
    Random random = new Random(31);
    good = rows(random, 3_000, 0);
    goodAnswers = answers(random, 3_000);
    for (int i = 0; i < CALLS; i++) {
      int rows = i % 50 == 7 ? 700 : 1 + random.nextInt(i % 3 == 0 ? 1 : 70);
      features.add(rows(random, rows, i > 3 * CALLS / 4 ? 2 : 0));
      outputs.add(answers(random, rows));
    }
  }

  @AfterAll
  void nothingIsLent() {
    features.forEach(FeatureBatch::close);
    outputs.forEach(FeatureBatch::close);
    good.close();
    goodAnswers.close();
    assertThat(allocator.getAllocatedMemory()).isZero();
    allocator.close();
  }

  /** Doubles, whole numbers, flags and texts; some are missing. */
  private FeatureBatch rows(Random random, int count, double shift) {
    double[] x = new double[count];
    float[] y = new float[count];
    int[] n = new int[count];
    boolean[] flag = new boolean[count];
    String[] text = new String[count];
    String[] key = new String[count];
    for (int i = 0; i < count; i++) {
      x[i] = random.nextGaussian() + shift;
      y[i] = random.nextInt(20) == 0 ? Float.NaN : random.nextFloat();
      n[i] = random.nextInt(4);
      flag[i] = random.nextInt(3) == 0;
      text[i] = random.nextInt(9) == 0 ? null : "ä".repeat(i % 20 == 0 ? 90 : i % 3);
      key[i] = random.nextInt(9) == 0 ? null : "key " + keys++;
    }
    FeatureBatch batch =
        FeatureBatch.builder(allocator)
            .doubles("x", x)
            .floats("y", y)
            .ints("n", n)
            .booleans("flag", flag)
            .strings("text", text)
            .strings("key", key)
            .build();
    for (int i = 0; i < count; i += 1 + random.nextInt(40)) {
      ((Float8Vector) batch.column("x")).setNull(i);
      if (count % 2 == 0) {
        ((IntVector) batch.column("n")).setNull(count - 1 - i);
      }
    }
    return batch;
  }

  private FeatureBatch answers(Random random, int count) {
    double[] score = new double[count];
    for (int i = 0; i < count; i++) {
      score[i] = random.nextDouble();
    }
    return FeatureBatch.builder(allocator).doubles("score", score).build();
  }

  /**
   * Sends all calls.
   *
   * @param together the number of calls that the monitor's thread finds at once
   * @param versions the number of versions that answer in turns of ten calls
   */
  private byte[] state(MonitorBuilder builder, int together, int versions) {
    ManualClock time = new ManualClock(clock.instant());
    ProcessorMeter held =
        new ProcessorMeter(
            () -> {
              gate.lock();
              gate.unlock();
              return 0;
            },
            () -> 0);
    try (ModelMonitor monitor = builder.clock(time).metered(0.1, held).start()) {
      for (int from = 0; from < CALLS; from += together) {
        gate.lock();
        try {
          for (int i = from; i < Math.min(CALLS, from + together); i++) {
            time.advance(Duration.ofMillis(i % 7 * 100L));
            monitor.onInference(
                new Events.Event(
                    Events.version(1 + i / 10 % versions),
                    Route.PRIMARY,
                    i,
                    features.get(i),
                    outputs.get(i),
                    null));
          }
        } finally {
          gate.unlock();
        }
        monitor.flush();
      }
      long rows = features.stream().mapToLong(FeatureBatch::rows).sum();
      assertThat(monitor.counts().rows()).isEqualTo(rows);
      assertThat(monitor.counts().failures()).isZero();
      return monitor.snapshot();
    }
  }

  private MonitorBuilder plain() {
    return ModelMonitor.builder(Profile.builder().except("key").add(good, goodAnswers).build());
  }

  private MonitorBuilder sliced() {
    Profile columns = Profile.builder().except("key").add(good, goodAnswers).build();
    return ModelMonitor.builder(
        SlicedProfile.builder(columns, Slices.by("n")).add(good, goodAnswers).build());
  }

  @Test
  void windowsByRows() {
    byte[] alone = state(plain().window(Window.ofRows(777)), 1, 1);
    assertThat(state(plain().window(Window.ofRows(777)), CALLS, 1)).isEqualTo(alone);
    assertThat(state(plain().window(Window.ofRows(777)), 13, 1)).isEqualTo(alone);
  }

  @Test
  void largeWindowsWithBlocksOfTheDetectorsInside() {
    byte[] alone = state(plain().window(Window.ofRows(5_000)), 1, 1);
    assertThat(state(plain().window(Window.ofRows(5_000)), CALLS, 1)).isEqualTo(alone);
  }

  @Test
  void slidingWindowsAndSeveralVersions() {
    byte[] alone = state(plain().window(Window.sliding(2_000, 500)), 1, 3);
    assertThat(state(plain().window(Window.sliding(2_000, 500)), CALLS, 3)).isEqualTo(alone);
  }

  @Test
  void windowsByTime() {
    Duration length = Duration.ofSeconds(5);
    byte[] alone = state(plain().window(Window.of(length)), 1, 2);
    assertThat(state(plain().window(Window.of(length)), CALLS, 2)).isEqualTo(alone);
    Duration odd = Duration.ofMillis(3_300);
    assertThat(state(plain().window(Window.of(odd)), CALLS, 1))
        .isEqualTo(state(plain().window(Window.of(odd)), 1, 1));
  }

  @Test
  void slices() {
    byte[] alone = state(sliced().window(Window.ofRows(1_500)), 1, 1);
    assertThat(state(sliced().window(Window.ofRows(1_500)), CALLS, 1)).isEqualTo(alone);
  }

  @Test
  void labelsByKey() {
    byte[] alone = state(labelled(), 1, 2);
    assertThat(state(labelled(), CALLS, 2)).isEqualTo(alone);
    assertThat(state(labelled(), 13, 2)).isEqualTo(alone);
  }

  /** Predictions wait for less time than all calls take, and some are given up meanwhile. */
  private MonitorBuilder labelled() {
    return plain()
        .window(Window.ofRows(1_500))
        .labels(LabelJoin.byKey("key").within(Duration.ofSeconds(20)))
        .performance(PerformancePolicy.binary("score").groups("text"));
  }

  /** A caller may overwrite its rows when the call has ended. */
  @Test
  void aBlockHoldsTheRowsAndNotTheBatch() {
    gate.lock();
    List<WindowReport> windows = new ArrayList<>();
    ProcessorMeter held = new ProcessorMeter(this::waitAtTheGate, () -> 0);
    Profile reference = Profile.builder().except("key").add(good, goodAnswers).build();
    try (ModelMonitor monitor =
        ModelMonitor.builder(reference)
            .policy(DriftPolicy.withDefaults().withMinimumRows(20))
            .window(Window.ofRows(20))
            .metered(0.1, held)
            .start()) {
      monitor.onWindow(windows::add);
      try (FeatureBatch ten = good.slice(0, 10);
          FeatureBatch answers = goodAnswers.slice(0, 10);
          FeatureBatch lent = FeatureBatch.of(ten.root());
          FeatureBatch lentAnswers = FeatureBatch.of(answers.root())) {
        monitor.onInference(Events.answered(Events.version(1), lent, lentAnswers));
        monitor.onInference(Events.answered(Events.version(1), lent, lentAnswers));
      } finally {
        gate.unlock();
      }
      monitor.flush();
      Profile.Builder offline = reference.counting();
      try (FeatureBatch ten = good.slice(0, 10);
          FeatureBatch answers = goodAnswers.slice(0, 10)) {
        offline.add(ten, answers).add(ten, answers);
      }
      assertThat(windows).hasSize(1);
      assertThat(windows.get(0).profile().toBytes()).isEqualTo(offline.build().toBytes());
    }
  }

  private long waitAtTheGate() {
    gate.lock();
    gate.unlock();
    return 0;
  }
}
