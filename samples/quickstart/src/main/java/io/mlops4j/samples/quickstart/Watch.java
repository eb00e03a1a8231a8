package io.mlops4j.samples.quickstart;

import io.mlops4j.monitor.Alarm;
import io.mlops4j.monitor.LabelJoin;
import io.mlops4j.monitor.ModelMonitor;
import io.mlops4j.monitor.OncePer;
import io.mlops4j.monitor.Window;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.runtime.deployment.Deployment;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** Watches the model and acts: weeks of flights against January, and the labels that come later. */
final class Watch {

  /**
   * An alarm and what was done about it.
   *
   * @param alarm what the monitor raised
   * @param rollback the change of the champion, if there was one
   */
  record Noticed(Alarm alarm, Optional<AliasRecord> rollback) {}

  private final List<Noticed> noticed = new CopyOnWriteArrayList<>(); // by the monitor's thread
  private int told;

  static ModelMonitor monitor(Profile january, Clock clock) {
    return ModelMonitor.builder(january)
        .window(Window.of(Duration.ofDays(7)))
        .falseAlarms(OncePer.rows(10_000_000))
        .labels(LabelJoin.byKey(Story.KEY).within(Duration.ofDays(2)))
        .clock(clock)
        .start();
  }

  static Watch over(ModelMonitor monitor, Deployment late) {
    Watch watch = new Watch();
    monitor.onAlarm(alarm -> watch.noticed.add(new Noticed(alarm, act(alarm, late))));
    return watch;
  }

  /** Drift alone is no reason to go back: the version before would see the same rows. */
  private static Optional<AliasRecord> act(Alarm alarm, Deployment late) {
    return alarm.kind() == Alarm.Kind.PERFORMANCE ? rollBack(alarm, late) : Optional.empty();
  }

  /** Nothing happens if that version has left already. */
  private static Optional<AliasRecord> rollBack(Alarm alarm, Deployment late) {
    return late.rollback(alarm.servedBy(), "alarm " + alarm.id());
  }

  /** What was noticed since the last time. */
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
