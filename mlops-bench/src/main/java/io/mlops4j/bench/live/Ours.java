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
import java.util.stream.Collectors;

/** A {@link ModelMonitor}, through its public API. Configuration problems are failures here. */
final class Ours implements Watcher {
  private final String name;
  private final StreamClock clock = new StreamClock();
  private final Batches batches;
  private final ModelMonitor monitor;
  private final List<Notice> notices = Collections.synchronizedList(new ArrayList<>());
  private final AtomicLong rows = new AtomicLong();
  private final boolean labelled;
  private String newest = ""; // alarm
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
    monitor.onAlarm(alarm -> raised(alarm, true));
    // Performance that drift explains is no alarm to all actions, but the model is not healthy.
    monitor.onAlarm(Alarm.Kind.PERFORMANCE, alarm -> raised(alarm, false));
  }

  /** Notes an alarm, unless the action before this one has noted it. One thread. */
  private void raised(Alarm alarm, boolean toAll) {
    if (alarm.kind() == Alarm.Kind.CONFIGURATION) {
      throw new IllegalStateException(alarm.toString());
    }
    if (alarm.id().equals(newest)) {
      return;
    }
    newest = alarm.id();
    String kinds =
        alarm.incident().findings().stream()
            .filter(one -> alarm.evidence().contains(one.newest()))
            .map(one -> one.kind().name())
            .distinct()
            .collect(Collectors.joining(" "));
    notices.add(
        new Notice(
            rows.get(),
            alarm.at(),
            kinds,
            alarm.evidence().stream().map(Evidence::name).toList(),
            alarm.toString(),
            alarm.incident().id(),
            toAll));
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
