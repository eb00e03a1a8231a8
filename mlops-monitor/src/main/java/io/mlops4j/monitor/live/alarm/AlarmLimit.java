package io.mlops4j.monitor.live.alarm;

import io.mlops4j.monitor.live.state.StateReader;
import io.mlops4j.monitor.live.state.StateWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;

/** Allows a number of alarms within a length of time. Used by the monitor's thread only. */
public final class AlarmLimit {
  private final int alarms;
  private final Duration per;
  private final Deque<Instant> newest = new ArrayDeque<>();

  public AlarmLimit(int alarms, Duration per) {
    this.alarms = alarms;
    this.per = per;
  }

  void write(StateWriter out) {
    out.each(newest, StateWriter::put);
  }

  /** Replaces the times of alarms. Those beyond the number that is allowed are left out. */
  void read(StateReader in) {
    newest.clear();
    in.forEach(
        one -> {
          newest.addLast(one.time());
          if (newest.size() > alarms) {
            newest.removeFirst();
          }
        });
  }

  /** Returns whether another alarm may be raised now. */
  boolean hasRoom(Instant now) {
    newest.removeIf(earlier -> earlier.isAfter(now)); // the clock was set back
    return newest.size() < alarms || Duration.between(newest.getFirst(), now).compareTo(per) >= 0;
  }

  /** Returns whether another alarm may be raised now, and counts it if so. */
  boolean allows(Instant now) {
    if (!hasRoom(now)) {
      return false;
    }
    if (newest.size() == alarms) {
      newest.removeFirst();
    }
    newest.addLast(now);
    return true;
  }
}
