package io.mlops4j.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.fixture.Thorough;
import io.mlops4j.inference.InferenceEvent;
import io.mlops4j.inference.InferenceEvent.Route;
import io.mlops4j.inference.PredictionId;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.monitor.drift.WindowReport;
import io.mlops4j.monitor.live.intake.ProcessorMeter;
import io.mlops4j.monitor.performance.LabelCounts;
import io.mlops4j.monitor.profile.NumberProfile;
import io.mlops4j.monitor.profile.Profile;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A monitor above its budget. The time and the processor time of a row are made. */
class SampledMonitorTest {
  private static final ServedBy V1 = Events.version(1);
  private static final long ROW_NANOS = 100_000;
  private static final int ROWS = 5;

  private final BufferAllocator allocator = new RootAllocator();
  private final Random random = new Random(23);
  private final ManualClock clock = new ManualClock();
  private final AtomicReference<@Nullable ModelMonitor> running = new AtomicReference<>();
  private final AtomicLong now = new AtomicLong();
  private final Map<Integer, FeatureBatch> answers = new HashMap<>();
  private boolean keys;
  private long call;
  private long sent;

  @AfterEach
  void nothingIsLent() {
    answers.values().forEach(FeatureBatch::close);
    assertThat(allocator.getAllocatedMemory()).isZero();
    allocator.close();
  }

  private long used() {
    ModelMonitor monitor = running.get();
    return monitor == null ? 0 : monitor.counts().rows() * ROW_NANOS;
  }

  private ModelMonitor start(MonitorBuilder builder) {
    ModelMonitor monitor =
        builder.clock(clock).metered(0.1, new ProcessorMeter(now::get, this::used)).start();
    running.set(monitor);
    return monitor;
  }

  private FeatureBatch rows(int count, double shift) {
    double[] x = new double[count];
    String[] key = new String[count];
    for (int i = 0; i < count; i++) {
      x[i] = random.nextGaussian() + shift;
      key[i] = "k" + (sent + i);
    }
    FeatureBatch.Builder columns = FeatureBatch.builder(allocator).doubles("x", x);
    return (keys ? columns.strings("key", key) : columns).build();
  }

  private FeatureBatch answers(int count) {
    return answers.computeIfAbsent(
        count, n -> FeatureBatch.builder(allocator).floats("score", new float[n]).build());
  }

  private Profile reference() {
    try (FeatureBatch batch = rows(5_000, 0)) {
      return Profile.builder().columns("x").add(batch).build();
    }
  }

  /** Sends calls, 100 each 10 ms: five processors would count their rows. */
  private void send(ModelMonitor monitor, int calls, double shift) {
    for (int i = 0; i < calls; i++) {
      int count = ROWS - 1 + (int) (call % 3);
      try (FeatureBatch features = rows(count, shift)) {
        monitor.onInference(
            new Events.Event(V1, Route.PRIMARY, call, features, answers(count), null));
        call++;
        sent += count;
      }
      if (call % 100 == 0) {
        now.addAndGet(10_000_000);
        clock.advance(Duration.ofMillis(10));
        monitor.flush();
      }
    }
  }

  @Test
  void observedLeftOutAndDroppedRowsAreAllThatWereSent() {
    List<WindowReport> windows = Collections.synchronizedList(new ArrayList<>());
    try (ModelMonitor monitor =
        start(ModelMonitor.builder(reference()).window(Window.ofRows(100)))) {
      monitor.onWindow(windows::add);
      send(monitor, 6_000, 0);
      MonitorCounts counts = monitor.counts();
      assertThat(counts.rows() + counts.leftOut() + counts.dropped()).isEqualTo(sent);
      assertThat(counts.leftOut()).isPositive();
      assertThat(counts.failures()).isZero();
      assertThat(monitor.countedShare()).isStrictlyBetween(0.0, 0.9);
      long stated = windows.stream().mapToLong(WindowReport::leftOut).sum();
      assertThat(stated).isBetween(counts.leftOut() * 9 / 10, counts.leftOut());
      assertThat(windows.get(0).leftOut()).as("within the credit").isZero();
      assertThat(monitor.history().windows().stream().mapToLong(WindowSummary::leftOut).sum())
          .isPositive();
    }
  }

  /** Rows of large calls have other values, and neighbouring calls are alike. */
  @Thorough("loops")
  @Test
  void theSampleIsUniformWhateverRowsHold() {
    List<WindowReport> windows = Collections.synchronizedList(new ArrayList<>());
    double[] sum = new double[1];
    long[] all = new long[1];
    try (ModelMonitor monitor =
        start(ModelMonitor.builder(reference()).window(Window.ofRows(100)))) {
      monitor.onWindow(windows::add);
      send(monitor, 2_000, 0); // uses up the credit
      long skipped = monitor.counts().rows();
      int before = windows.size();
      for (int i = 0; i < 4_000; i++) {
        double shift = call % 3 + call / 10 % 2;
        sum[0] += shift * (ROWS - 1 + (int) (call % 3));
        all[0] += ROWS - 1 + (int) (call % 3);
        send(monitor, 1, shift);
      }
      double counted = 0;
      double weighted = 0;
      for (WindowReport window : windows.subList(before, windows.size())) {
        NumberProfile x = (NumberProfile) window.profile().column("x");
        counted += x.present();
        weighted += x.mean() * x.present();
      }
      assertThat(monitor.counts().rows()).isGreaterThan(skipped);
      double calls = counted / ROWS;
      double deviation = 1.1 / Math.sqrt(calls); // of the shifts and of the values
      assertThat(weighted / counted).isCloseTo(sum[0] / all[0], within(4 * deviation));
    }
  }

  @Test
  void rowsOfACallThatIsLeftOutAreNotRead() {
    try (ModelMonitor monitor = start(ModelMonitor.builder(reference()))) {
      send(monitor, 6_000, 0);
      long leftOut = monitor.counts().leftOut();
      long before = monitor.counts().rows();
      int read = 0;
      for (int i = 0; i < 100; i++) {
        Unreadable event = new Unreadable(call + i);
        monitor.onInference(event);
        read += event.read ? 1 : 0;
      }
      monitor.flush();
      assertThat(read).isBetween(0, 50);
      assertThat(monitor.counts().leftOut() - leftOut).isEqualTo(10L * (100 - read));
      assertThat(monitor.counts().rows()).isEqualTo(before);
      assertThat(monitor.counts().failures()).isEqualTo(read);
    }
  }

  private static final class Unreadable implements InferenceEvent {
    private final long number;
    private boolean read;

    Unreadable(long number) {
      this.number = number;
    }

    @Override
    public ServedBy servedBy() {
      return V1;
    }

    @Override
    public Route route() {
      return Route.PRIMARY;
    }

    @Override
    public PredictionId id(int row) {
      return new PredictionId(7, number, row);
    }

    @Override
    public int rows() {
      return 10;
    }

    @Override
    public long nanos(Phase phase) {
      return 0;
    }

    @Override
    public @Nullable Throwable error() {
      return null;
    }

    @Override
    public @Nullable FeatureBatch features() {
      read = true;
      throw new IllegalStateException("no rows");
    }

    @Override
    public @Nullable FeatureBatch outputs() {
      return features();
    }
  }

  @Thorough("loops")
  @Test
  void aRuntimeThatAsksGetsTheSameChoice() {
    try (ModelMonitor monitor = start(ModelMonitor.builder(reference()))) {
      assertThat(monitor.takesRows(Route.PRIMARY, 1, 10)).isTrue();
      assertThat(monitor.takesRows(Route.FALLBACK, 1, 10)).isFalse();
      assertThat(monitor.counts().leftOut()).isZero();
      send(monitor, 6_000, 0);
      for (int i = 0; i < 100; i++) {
        boolean takes = monitor.takesRows(Route.PRIMARY, i, 1);
        assertThat(monitor.takesRows(Route.SHADOW, i, 1)).isEqualTo(takes);
      }
    }
  }

  @Thorough("loops")
  @Test
  void labelsOfRowsThatWereLeftOutAreNotUnknown() {
    keys = true;
    try (ModelMonitor monitor =
        start(
            ModelMonitor.builder(reference())
                .labels(LabelJoin.byKey("key").within(Duration.ofHours(1)).earlyLabels(20_000)))) {
      monitor.label("never sent", 1);
      clock.advance(Duration.ofHours(3));
      send(monitor, 6_000, 0);
      assertThat(monitor.counts().labels().unknown()).isEqualTo(1);
      long first = sent - 10_000;
      for (long row = first; row < sent; row++) {
        monitor.label("k" + row, 1);
      }
      clock.advance(Duration.ofHours(3));
      send(monitor, 1_000, 0); // time passes
      LabelCounts labels = monitor.counts().labels();
      assertThat(labels.unknown()).isEqualTo(1);
      assertThat(labels.labelled()).isPositive();
      assertThat(labels.labelled() + labels.leftOut()).isEqualTo(10_000);
      assertThat(monitor.performance(V1).orElseThrow().coverage().labelled())
          .isEqualTo(labels.labelled());
    }
  }

  @Test
  void withEveryRowNoneIsLeftOut() {
    try (ModelMonitor monitor = ModelMonitor.builder(reference()).everyRow().start()) {
      send(monitor, 500, 0);
      monitor.flush();
      assertThat(monitor.counts().rows()).isEqualTo(sent);
      assertThat(monitor.countedShare()).isEqualTo(1);
    }
  }

  @Test
  void aShareThatIsNoneIsRejected() {
    for (double share : new double[] {0, -1, 1.5, Double.NaN}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> ModelMonitor.builder(reference()).processorShare(share))
          .withMessageContaining("expected above 0 and at most 1");
    }
  }
}
