package io.mlops4j.samples.monitoring;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.FeatureReader;
import io.mlops4j.inference.Prediction;
import io.mlops4j.monitor.ModelMonitor;
import io.mlops4j.monitor.alarm.Alarm;
import io.mlops4j.runtime.deployment.Deployment;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.arrow.vector.TimeStampSecVector;

/** The flights as a stream: four batches a day, and the labels of each six hours later. */
final class Replay {
  private final Deployment late;
  private final ModelMonitor monitor;
  private final StoryClock clock;
  private final Narrator narrator;
  private final Outcome outcome;
  private final Map<LocalDate, Runnable> events = new HashMap<>();
  private final LateLabels labels = new LateLabels();
  private int told;
  private int rolledBack;

  Replay(
      Deployment late, ModelMonitor monitor, StoryClock clock, Narrator narrator, Outcome outcome) {
    this.late = late;
    this.monitor = monitor;
    this.clock = clock;
    this.narrator = narrator;
    this.outcome = outcome;
  }

  static LocalDate day(FeatureBatch flights) {
    long seconds = ((TimeStampSecVector) flights.column("departure")).get(0);
    return LocalDate.ofInstant(Instant.ofEpochSecond(seconds), ZoneOffset.UTC);
  }

  /** Something happens on a day, before its first flight. */
  void on(LocalDate day, Runnable event) {
    events.put(day, event);
  }

  void play(FeatureReader flights) {
    for (FeatureBatch day : flights) {
      LocalDate date = day(day);
      narrator.day(date);
      events.getOrDefault(date, () -> {}).run();
      Planted.plant(date, day);
      int parts = Story.PARTS_OF_A_DAY;
      for (int part = 0; part < parts; part++) {
        int from = day.rows() * part / parts;
        int to = day.rows() * (part + 1) / parts;
        Duration hours = Duration.ofHours(24L * part / parts);
        try (FeatureBatch some = day.slice(from, to - from)) {
          pass(some, date.atStartOfDay().toInstant(ZoneOffset.UTC).plus(hours));
        }
      }
    }
  }

  private void pass(FeatureBatch flights, Instant now) {
    clock.set(now);
    labels.tell(monitor, now);
    listen();
    late.refresh(); // reads the alias; a service does so every few seconds by itself
    try (Prediction answer = late.predict(flights)) {
      outcome.flights += answer.rows();
    }
    labels.keep(flights, now);
  }

  /** Tells of new alarms, once the actions that they caused have run. */
  private void listen() {
    monitor.flush();
    List<Alarm> news = outcome.alarms.subList(told, outcome.alarms.size());
    news.forEach(alarm -> narrator.alarm(clock.today(), alarm));
    told = outcome.alarms.size();
    for (; rolledBack < outcome.rollbacks.size(); rolledBack++) {
      narrator.rolledBack(clock.today(), outcome.rollbacks.get(rolledBack));
    }
  }

  /** The labels of the last flights come, too. */
  void end() {
    Instant now = clock.instant().plus(Duration.ofDays(1));
    clock.set(now);
    labels.tell(monitor, now);
    labels.close();
    listen();
  }
}
