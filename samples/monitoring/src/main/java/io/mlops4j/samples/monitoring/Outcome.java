package io.mlops4j.samples.monitoring;

import io.mlops4j.monitor.ModelMonitor;
import io.mlops4j.monitor.Performance;
import io.mlops4j.monitor.alarm.Alarm;
import io.mlops4j.monitor.alarm.Incident;
import io.mlops4j.monitor.log.Erasure;
import io.mlops4j.monitor.log.LogStatus;
import io.mlops4j.monitor.log.LoggedPrediction;
import io.mlops4j.monitor.log.Replay;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.runtime.deployment.Deployment;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** What happened. Alarms and rollbacks are added by the monitor's thread. */
final class Outcome {
  final List<Alarm> alarms = new CopyOnWriteArrayList<>();
  final List<AliasRecord> rollbacks = new CopyOnWriteArrayList<>();
  long flights;
  private List<Incident> incidents = List.of();
  private @Nullable Performance performance;
  private @Nullable LogStatus log;
  private @Nullable Later later;

  /**
   * What the prediction log answered months later.
   *
   * @param one a flight that the wrong version was asked about
   * @param ofVersion how many rows that version answered
   * @param replay all of them, computed again
   * @param erasure the flight, after its passenger asked to be forgotten
   */
  record Later(LoggedPrediction one, long ofVersion, Replay replay, Erasure erasure) {}

  void ended(ModelMonitor monitor, Deployment late, LogStatus status) {
    incidents =
        monitor.incidents().stream().sorted(Comparator.comparing(Incident::opened)).toList();
    performance = monitor.performance(late.servedBy()).orElseThrow();
    log = status;
  }

  void answered(Later answer) {
    later = answer;
  }

  List<Incident> incidents() {
    return incidents;
  }

  Performance performance() {
    return Objects.requireNonNull(performance);
  }

  LogStatus log() {
    return Objects.requireNonNull(log);
  }

  Later later() {
    return Objects.requireNonNull(later);
  }
}
