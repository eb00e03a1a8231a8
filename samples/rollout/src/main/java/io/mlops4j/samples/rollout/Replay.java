package io.mlops4j.samples.rollout;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.FeatureReader;
import io.mlops4j.inference.CallOptions;
import io.mlops4j.inference.Prediction;
import io.mlops4j.monitor.ModelMonitor;
import io.mlops4j.runtime.deployment.Deployment;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.TimeStampSecVector;
import org.apache.arrow.vector.VectorSchemaRoot;

/** The flights as a stream, and the labels of a day at its end. */
final class Replay {
  private static final Duration DAY = Duration.ofDays(1);

  private final Deployment late;
  private final ModelMonitor monitor;
  private final StoryClock clock;
  private final Steps steps;
  private final Outcome outcome;
  private final Map<LocalDate, Runnable> events = new HashMap<>();

  Replay(Deployment late, ModelMonitor monitor, StoryClock clock, Steps steps, Outcome outcome) {
    this.late = late;
    this.monitor = monitor;
    this.clock = clock;
    this.steps = steps;
    this.outcome = outcome;
  }

  /** Something happens on a day, before its first flight. */
  void on(LocalDate day, Runnable event) {
    events.put(day, event);
  }

  void play(FeatureReader flights) {
    for (FeatureBatch day : flights) {
      long seconds = ((TimeStampSecVector) day.column("departure")).get(0);
      LocalDate date = LocalDate.ofInstant(Instant.ofEpochSecond(seconds), ZoneOffset.UTC);
      clock.set(date.atStartOfDay().toInstant(ZoneOffset.UTC));
      steps.judge(); // by the labels of the days before
      events.getOrDefault(date, () -> {}).run();
      late.refresh(); // reads the aliases; a service does so every second by itself
      outcome.days.add(new Outcome.Day(date, predict(day)));
      clock.set(clock.instant().plus(DAY).minusSeconds(1));
      VectorSchemaRoot labels = VectorSchemaRoot.of(day.column(Story.KEY), day.column(Story.LABEL));
      monitor.labels(FeatureBatch.of(labels));
      monitor.flush();
    }
  }

  /**
   * While there is a candidate, a call has a few flights, and the first one's key decides which
   * version answers. The flights of other days are one call, which is faster.
   */
  private Map<Integer, Integer> predict(FeatureBatch day) {
    Map<Integer, Integer> answered = new TreeMap<>();
    FieldVector keys = day.column(Story.KEY);
    int most = late.canary().isPresent() ? Story.FLIGHTS_OF_A_CALL : day.rows();
    for (int row = 0; row < day.rows(); row += most) {
      CallOptions options = CallOptions.withDefaults().withKey(String.valueOf(keys.getObject(row)));
      int rows = Math.min(most, day.rows() - row);
      try (FeatureBatch flights = day.slice(row, rows);
          Prediction answer = late.predict(flights, options)) {
        int version = answer.servedBy().version().orElseThrow().number();
        answered.merge(version, answer.rows(), Integer::sum);
      }
    }
    return answered;
  }

  void end() {
    clock.set(clock.instant().plusSeconds(1));
    steps.judge();
  }
}
