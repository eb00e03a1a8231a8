package io.mlops4j.monitor.live.rows;

import io.mlops4j.monitor.alarm.Alarm;
import io.mlops4j.monitor.profile.Profile;
import java.time.Instant;

/** Rows that were compared with a reference, and the reference. */
public record ComparedRows(Instant from, Instant to, Profile reference, Profile current) {
  /** Digests both, which takes as long as writing them. */
  public Alarm.Compared digested() {
    return new Alarm.Compared(from, to, current.rows(), reference.digest(), current.digest());
  }
}
