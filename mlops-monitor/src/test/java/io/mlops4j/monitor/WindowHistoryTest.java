package io.mlops4j.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.monitor.alarm.Incident;
import io.mlops4j.monitor.drift.DriftReport;
import io.mlops4j.monitor.drift.DriftVerdict;
import io.mlops4j.monitor.drift.WindowReport;
import io.mlops4j.monitor.live.state.StateReader;
import io.mlops4j.monitor.live.state.StateWriter;
import io.mlops4j.monitor.live.window.WindowHistory;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.monitor.profile.SlicedProfile;
import io.mlops4j.monitor.profile.Slices;
import io.mlops4j.monitor.profile.internal.BinaryFrame;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WindowHistoryTest {
  private static final Instant START = Instant.parse("2001-02-01T00:00:00Z");

  private final BufferAllocator allocator = new RootAllocator();
  private final Random random = new Random(14);
  private final WindowHistory history = new WindowHistory();

  @AfterEach
  void nothingIsLent() {
    assertThat(allocator.getAllocatedMemory()).isZero();
    allocator.close();
  }

  private FeatureBatch rows(double shift) {
    double[] x = IntStream.range(0, 500).mapToDouble(i -> random.nextGaussian() + shift).toArray();
    double[] y = IntStream.range(0, 500).mapToDouble(i -> random.nextGaussian()).toArray();
    long[] side = IntStream.range(0, 500).mapToLong(i -> i % 2).toArray();
    return FeatureBatch.builder(allocator)
        .doubles("x", x)
        .doubles("y", y)
        .longs("side", side)
        .build();
  }

  private static WindowReport report(int number, DriftReport drift) {
    Instant from = START.plus(Duration.ofHours(number));
    return new WindowReport(
        from, from.plusSeconds(3_600), Events.version(1), drift.current(), Map.of(), 0, drift);
  }

  private DriftReport drift(double shift) {
    try (FeatureBatch before = rows(0);
        FeatureBatch after = rows(shift)) {
      Profile reference = Profile.of(List.of(before));
      return DriftReport.compare(reference, reference.profile(List.of(after)));
    }
  }

  private static List<WindowSummary> all(WindowHistory history) {
    return history.all().stream().map(WindowSummary::new).toList();
  }

  @Test
  void aWindowKeepsTheEffectsOfItsColumns() {
    DriftReport drift = drift(1);
    history.add(report(1, drift));
    WindowSummary window = all(history).get(0);
    assertThat(window.from()).isEqualTo(START.plusSeconds(3_600));
    assertThat(window.to()).isEqualTo(START.plusSeconds(7_200));
    assertThat(window.servedBy()).isEqualTo(Events.version(1));
    assertThat(window.rows()).isEqualTo(500);
    assertThat(window.columns()).containsExactly("side", "x", "y");
    assertThat(window.drifted("x")).isTrue();
    assertThat(window.drifted("y")).isFalse();
    assertThat(window.effect("x")).isBetween(9.0, 11.5); // one deviation, bound 0.1
    assertThat(window.effect("y")).isBetween(0.0, 2.0);
    assertThat(window.effect("z")).isNaN();
    assertThat(window.drifted("z")).isFalse();
  }

  @Test
  void ofSlicesTheLargestEffectIsKept() {
    try (FeatureBatch before = rows(0);
        FeatureBatch after = rows(1)) {
      SlicedProfile reference =
          SlicedProfile.of(Profile.of(List.of(before)), Slices.by("side"), List.of(before));
      SlicedProfile current = reference.profile(List.of(after));
      DriftReport drift = DriftReport.compare(reference, current);
      history.add(report(1, drift));
      double largest =
          drift.slices().stream()
              .flatMap(slice -> slice.features().stream())
              .filter(feature -> feature.name().equals("x") && feature.judged())
              .mapToDouble(feature -> ((DriftVerdict.Judged) feature.verdict()).relativeEffect())
              .max()
              .orElseThrow();
      assertThat(all(history).get(0).effect("x")).isEqualTo((float) largest);
      assertThat(all(history).get(0).drifted("x")).isTrue();
    }
  }

  @Test
  void theNewestWindowsAreKept() {
    DriftReport drift = drift(0);
    for (int i = 0; i < 1_005; i++) {
      history.add(report(i, drift));
    }
    List<WindowSummary> all = all(history);
    assertThat(all).hasSize(1_000);
    assertThat(all.get(0).from()).isEqualTo(START.plus(Duration.ofHours(5)));
    assertThat(all.get(999).columns()).as("shared").isSameAs(all.get(0).columns());
  }

  @Test
  void whatIsReadBackIsTheSame() {
    history.add(report(1, drift(1)));
    history.add(report(2, drift(0)));
    BinaryFrame frame = new BinaryFrame("history", 0x4d4f5048, 1, 1);
    byte[] bytes = written(history, frame);
    WindowHistory read = new WindowHistory();
    boolean unused =
        StateReader.read(
            frame,
            bytes,
            in -> {
              read.read(in);
              return true;
            });
    assertThat(written(read, frame)).isEqualTo(bytes);
    assertThat(all(read)).hasToString(all(history).toString());
    assertThat(all(read).get(0).drifted("x")).isTrue();
    assertThat(all(read).get(1).columns()).isSameAs(all(read).get(0).columns());
  }

  private static byte[] written(WindowHistory history, BinaryFrame frame) {
    StateWriter out = new StateWriter(frame);
    history.write(out);
    return out.toBytes();
  }

  @Test
  void aMonitorRemembersItsWindowsAndIncidents() {
    Profile reference;
    try (FeatureBatch before = rows(0)) {
      reference = Profile.of(List.of(before));
    }
    try (ModelMonitor monitor =
        ModelMonitor.builder(reference).everyRow().window(Window.ofRows(500)).start()) {
      assertThat(monitor.history().windows()).isEmpty();
      for (double shift : new double[] {0, 1}) {
        try (FeatureBatch features = rows(shift);
            FeatureBatch outputs =
                FeatureBatch.builder(allocator).doubles("score", new double[500]).build()) {
          monitor.onInference(Events.answered(Events.version(1), features, outputs));
        }
      }
      monitor.flush();
      MonitorHistory seen = monitor.history();
      assertThat(seen.windows()).hasSize(2);
      assertThat(seen.windows().get(0).drifted("x")).isFalse();
      assertThat(seen.windows().get(1).drifted("x")).isTrue();
      assertThat(seen.incidents())
          .extracting(Incident::cause)
          .extracting(Incident.Finding::subject)
          .containsExactly("x");
      assertThat(seen.performance()).isEmpty();
      assertThat(seen.windows().get(1).toString()).endsWith("500 rows, 1 of 3 columns drifted");
    }
  }
}
