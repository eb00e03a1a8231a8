package io.mlops4j.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.monitor.drift.DriftPolicy;
import io.mlops4j.monitor.drift.FeatureDrift;
import io.mlops4j.monitor.drift.FeaturePolicy;
import io.mlops4j.monitor.drift.WindowReport;
import io.mlops4j.monitor.profile.Profile;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Features, outputs, quality and performance are watched independently, each by its policy. */
class WatchedPartsTest {
  private static final int ROWS = 1_000;

  private final BufferAllocator allocator = new RootAllocator();
  private final Random random = new Random(14);

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
    try (FeatureBatch features = rows("x", 0);
        FeatureBatch outputs = rows("y", 0)) {
      return Profile.builder().add(features, outputs).build();
    }
  }

  private List<String> drifted(MonitorBuilder settings) {
    List<WindowReport> windows = new ArrayList<>();
    try (ModelMonitor monitor = settings.window(Window.ofRows(ROWS)).start();
        FeatureBatch features = rows("x", 0.2);
        FeatureBatch outputs = rows("y", 0.2)) {
      monitor.onWindow(windows::add);
      monitor.onInference(Events.answered(Events.version(1), features, outputs));
      monitor.flush();
      assertThat(monitor.counts().failures()).isZero();
    }
    return windows.stream()
        .flatMap(window -> window.drift().driftedFeatures().stream())
        .map(FeatureDrift::name)
        .sorted()
        .toList();
  }

  @Test
  void eachSideHasItsPolicy() {
    DriftPolicy tolerant = DriftPolicy.withDefaults().withNumericBound(2).withRankBound(1);
    assertThat(drifted(ModelMonitor.builder(reference()).everyRow())).containsExactly("x", "y");
    assertThat(drifted(ModelMonitor.builder(reference()).everyRow().outputs(tolerant)))
        .containsExactly("x");
    assertThat(drifted(ModelMonitor.builder(reference()).everyRow().features(tolerant)))
        .containsExactly("y");
    assertThat(drifted(ModelMonitor.builder(reference()).everyRow().policy(tolerant))).isEmpty();
  }

  @Test
  void aSideThatIsSwitchedOffIsNotCompared() {
    assertThat(drifted(ModelMonitor.builder(reference()).everyRow().without(Watched.FEATURES)))
        .containsExactly("y");
    assertThat(drifted(ModelMonitor.builder(reference()).everyRow().without(Watched.OUTPUTS)))
        .containsExactly("x");
    assertThat(
            drifted(
                ModelMonitor.builder(reference())
                    .everyRow()
                    .without(Watched.FEATURES, Watched.OUTPUTS)))
        .isEmpty();
  }

  @Test
  void aMonitorWithoutAnyPartIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> ModelMonitor.builder(reference()).everyRow().without(Watched.values()).start())
        .withMessageContaining("expected a part that is watched");
  }

  @Test
  void aPolicyThatNamesAColumnOfTheOtherPartsIsRefused() {
    DriftPolicy named =
        DriftPolicy.withDefaults().withFeature("y", FeaturePolicy.withDefaults().withBound(2));
    ModelMonitor.builder(reference()).everyRow().features(named).start().close();
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                ModelMonitor.builder(reference())
                    .everyRow()
                    .features(named)
                    .without(Watched.OUTPUTS)
                    .start())
        .withMessageContaining("\"y\"");
  }
}
