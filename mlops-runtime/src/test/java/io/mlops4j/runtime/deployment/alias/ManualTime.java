package io.mlops4j.runtime.deployment.alias;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** A clock and a timer that move when a test says so. */
final class ManualTime extends Clock implements Timer {
  private final List<Task> tasks = new ArrayList<>();
  private Instant now = Instant.EPOCH;

  private record Task(Instant due, Runnable work) {}

  @Override
  public synchronized Runnable after(Duration delay, Runnable work) {
    Task task = new Task(now.plus(delay), work);
    tasks.add(task);
    return () -> cancel(task);
  }

  private synchronized void cancel(Task task) {
    tasks.remove(task);
  }

  /** Runs what falls due, in order. */
  void advance(Duration by) {
    Instant end = instant().plus(by);
    for (Task task = next(end); task != null; task = next(end)) {
      task.work().run();
    }
    synchronized (this) {
      now = end;
    }
  }

  private synchronized Task next(Instant end) {
    Task next =
        tasks.stream()
            .filter(task -> !task.due().isAfter(end))
            .min(Comparator.comparing(Task::due))
            .orElse(null);
    if (next != null) {
      tasks.remove(next);
      now = next.due().isAfter(now) ? next.due() : now;
    }
    return next;
  }

  @Override
  public synchronized Instant instant() {
    return now;
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    return this;
  }
}
