package io.mlops4j.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.InferenceListener;
import io.mlops4j.model.ModelCard;
import io.mlops4j.monitor.alarm.Alarm;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.rollout.Evidence;
import io.mlops4j.rollout.Gate;
import io.mlops4j.rollout.Trial;
import io.mlops4j.rollout.Verdict;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MonitorGateTest {
  private static final int ROWS = 1_000;
  private static final ModelCard CARD = ModelCard.builder("m").build();
  private static final Instant NOW = Instant.parse("2001-02-01T00:00:00Z");

  private final BufferAllocator allocator = new RootAllocator();
  private final Random random = new Random(14);
  private final ModelMonitor monitor = start();
  private final Trial trial =
      Trial.of(Events.version(2).version().orElseThrow(), CARD, NOW)
          .against(Events.version(1).version().orElseThrow(), CARD);

  private ModelMonitor start() {
    Profile.Builder reference = Profile.builder();
    try (FeatureBatch features = rows(0);
        FeatureBatch outputs = answers()) {
      reference.add(features, outputs);
    }
    return ModelMonitor.builder(reference.build())
        .everyRow()
        .window(Window.ofRows(ROWS))
        .clock(Clock.fixed(NOW, ZoneOffset.UTC))
        .start();
  }

  @AfterEach
  void nothingIsLent() {
    monitor.close();
    assertThat(allocator.getAllocatedMemory()).isZero();
    allocator.close();
  }

  private FeatureBatch rows(double shift) {
    double[] x = IntStream.range(0, ROWS).mapToDouble(i -> random.nextGaussian() + shift).toArray();
    return FeatureBatch.builder(allocator).doubles("x", x).build();
  }

  private FeatureBatch answers() {
    double[] y = IntStream.range(0, ROWS).mapToDouble(i -> random.nextDouble()).toArray();
    return FeatureBatch.builder(allocator).doubles("score", y).build();
  }

  private void window(double shift) {
    try (FeatureBatch features = rows(shift);
        FeatureBatch outputs = answers()) {
      monitor.onInference(Events.answered(Events.version(2), features, outputs));
    }
    monitor.flush();
  }

  @Test
  void withoutAWindowNothingIsKnownOfDrift() {
    assertThat(monitor.gate().noDrift().judge(trial)).isInstanceOf(Verdict.Inconclusive.class);
    assertThat(monitor.gate().noOpenIncidents().judge(trial))
        .isInstanceOf(Verdict.Inconclusive.class);
  }

  @Test
  void aWindowWithoutDriftPasses() {
    window(0);
    Verdict verdict = monitor.gate().noDrift().judge(trial);
    assertThat(verdict).isInstanceOf(Verdict.Pass.class);
    assertThat(verdict).hasToString("pass: no incident of drift is open");
    assertThat(monitor.gate().noOpenIncidents().judge(trial)).isInstanceOf(Verdict.Pass.class);
  }

  @Test
  void driftFailsUntilSomebodyAcknowledgesIt() {
    Gate gate = monitor.gate().noDrift();
    window(1);
    Verdict verdict = gate.judge(trial);
    assertThat(verdict).isInstanceOf(Verdict.Fail.class);
    Evidence evidence = verdict.evidence().get(0);
    assertThat(evidence.name()).isEqualTo("x");
    assertThat(evidence.measured()).isGreaterThan(evidence.bound());
    assertThat(evidence.text())
        .startsWith("incident-1 is open since 2001-02-01T00:00:00Z: x drifted");
    monitor.acknowledge("incident-1", "maria");
    assertThat(gate.judge(trial)).isInstanceOf(Verdict.Pass.class);
  }

  @Test
  void driftFromBeforeTheTrialCountsOnlyAsAnOpenIncident() {
    window(1);
    Instant after = NOW.plusSeconds(1);
    Trial later = Trial.of(trial.candidateVersion().orElseThrow(), CARD, after);
    assertThat(monitor.gate().noDrift().judge(later)).isInstanceOf(Verdict.Inconclusive.class);
    assertThat(monitor.gate().noOpenIncidents(Alarm.Kind.DRIFT).judge(later))
        .isInstanceOf(Verdict.Fail.class);
    assertThat(monitor.gate().noOpenIncidents(Alarm.Kind.CONFIGURATION).judge(later))
        .isInstanceOf(Verdict.Inconclusive.class);
  }

  @Test
  void callsAreCountedFromTheFirstGateOn() {
    InferenceListener calls = monitor.also().orElseThrow();
    fail(calls, 100);
    Gate gate = monitor.gate().maxErrorRate(0.01);
    assertThat(gate.judge(trial)).isInstanceOf(Verdict.Inconclusive.class);
    fail(calls, 100);
    assertThat(gate.judge(trial)).isInstanceOf(Verdict.Fail.class);
    assertThat(gate.judge(trial).evidence().get(0).text()).contains("of 100 calls");
    window(0);
    assertThat(gate.and(monitor.gate().noDrift()).judge(trial)).isInstanceOf(Verdict.Fail.class);
    assertThat(monitor.gate().noDrift().maxErrorRate(0.01).judge(trial).evidence())
        .extracting(Evidence::name)
        .containsExactly("open_incidents", "error_rate");
  }

  private static void fail(InferenceListener calls, int count) {
    for (int i = 0; i < count; i++) {
      calls.onInference(Events.failed(Events.version(2)));
    }
  }

  @Test
  void conditionsOfCallsAreInconclusiveWithoutCalls() {
    MonitorGate gate =
        monitor.gate().maxErrorIncrease(0.01).maxLatencyIncrease(0.2).maxLatencyIncrease(0.5, 0.5);
    Verdict verdict = gate.judge(trial);
    assertThat(verdict).isInstanceOf(Verdict.Inconclusive.class);
    assertThat(verdict.evidence())
        .extracting(Evidence::name)
        .containsExactly("error_increase", "latency_p95_increase", "latency_p50_increase");
  }

  @Test
  void aGateWithoutConditionsIsInconclusive() {
    assertThat(monitor.gate().judge(trial)).isInstanceOf(Verdict.Inconclusive.class);
  }
}
