package io.mlops4j.bench.live;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.monitor.ModelMonitor;
import io.mlops4j.monitor.MonitorBuilder;
import io.mlops4j.monitor.alarm.Alarm;
import io.mlops4j.rollout.Evidence;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** A {@link ModelMonitor}, through its public API. Configuration problems are failures here. */
final class Ours implements Watcher {
  private final String name;
  private final StreamClock clock = new StreamClock();
  private final Batches batches;
  private final ModelMonitor monitor;
  private final List<Notice> notices = Collections.synchronizedList(new ArrayList<>());
  private final AtomicLong rows = new AtomicLong();
  private final boolean labelled;
  private long calls;

  /**
   * Starts a monitor.
   *
   * @param described without a clock
   * @param labelled whether it takes labels
   */
  Ours(String name, MonitorBuilder described, Batches batches, boolean labelled) {
    this.name = name;
    this.batches = batches;
    this.labelled = labelled;
    this.monitor = described.clock(clock).alarmLimit(Integer.MAX_VALUE, Duration.ofDays(1)).start();
    monitor.onAlarm(
        alarm -> {
          if (alarm.kind() != Alarm.Kind.PERFORMANCE) {
            raised(alarm, alarm.kind());
          }
        });
    monitor.onAlarm(Alarm.Kind.PERFORMANCE, alarm -> raised(alarm, Alarm.Kind.PERFORMANCE));
  }

  /** Performance is noted even if drift explains it. */
  private void raised(Alarm alarm, Alarm.Kind kind) {
    if (kind == Alarm.Kind.CONFIGURATION) {
      throw new IllegalStateException(alarm.toString());
    }
    notices.add(
        new Notice(
            rows.get(),
            alarm.at(),
            kind.name(),
            alarm.evidence().stream().map(Evidence::name).toList(),
            alarm.toString()));
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void answered(Rows all, FeatureBatch features, FeatureBatch answers, long second) {
    clock.set(second);
    monitor.onInference(new Call(Call.VERSION, calls++, features, answers));
    monitor.flush(); // so that notices know their row, and no row is dropped
    rows.addAndGet(all.size());
  }

  @Override
  public void labelled(Labels labels, long second) {
    if (!labelled) {
      return;
    }
    clock.set(second);
    try (FeatureBatch batch = batches.labels(labels.keys(), labels.labels())) {
      monitor.labels(batch);
    }
  }

  @Override
  public List<Notice> notices() {
    monitor.flush();
    if (monitor.counts().dropped() > 0 || monitor.counts().failures() > 0) {
      throw new IllegalStateException("the monitor dropped rows or failed: " + monitor.counts());
    }
    return List.copyOf(notices);
  }

  @Override
  public void close() {
    monitor.close();
  }
}
