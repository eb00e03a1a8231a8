package io.mlops4j.samples.quickstart;

import io.mlops4j.monitor.LabelJoin;
import io.mlops4j.monitor.ModelMonitor;
import io.mlops4j.monitor.alarm.Alarm;
import io.mlops4j.monitor.reference.Reference;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.runtime.deployment.Deployment;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** Compares days of flights with January, joins late labels, and rolls back on an alarm. */
final class Watch {

  /**
   * An alarm and the rollback that followed, if any.
   *
   * @param alarm the alarm
   * @param rollback the change of the champion, if there was one
   */
  record Noticed(Alarm alarm, Optional<AliasRecord> rollback) {}

  private final List<Noticed> noticed = new CopyOnWriteArrayList<>(); // by the monitor's thread
  private int told;

  static ModelMonitor monitor(Reference january, Clock clock) {
    return ModelMonitor.builder(january)
        .everyRow() // weeks pass in seconds here, which is more than a service asks of a monitor
        .labels(LabelJoin.byKey(Story.KEY).within(Duration.ofDays(2)))
        .clock(clock)
        .start();
  }

  static Watch over(ModelMonitor monitor, Deployment late) {
    Watch watch = new Watch();
    monitor.onAlarm(
        alarm -> { // drift alone is no reason to roll back: the version before sees the same rows
          if (alarm.kind() != Alarm.Kind.PERFORMANCE) {
            watch.noticed.add(new Noticed(alarm, Optional.empty()));
          }
        });
    monitor.onAlarm(
        Alarm.Kind.PERFORMANCE,
        alarm -> watch.noticed.add(new Noticed(alarm, rollBack(alarm, late))));
    return watch;
  }

  /** Does nothing if the version no longer serves. */
  private static Optional<AliasRecord> rollBack(Alarm alarm, Deployment late) {
    return late.rollback(alarm.servedBy(), alarm.id());
  }

  /** The alarms since the last call. */
  List<Noticed> news() {
    List<Noticed> all = noticed();
    List<Noticed> news = all.subList(told, all.size());
    told = all.size();
    return news;
  }

  List<Noticed> noticed() {
    return List.copyOf(noticed);
  }
}
