package io.mlops4j.monitor;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The times between the blocks that detectors read; together, the time since the first of them. */
final class BlockTimes {
  private @Nullable Instant last;

  /** Returns the time since the last block, 0 or more. */
  Duration until(Instant at) {
    Instant before = last;
    if (before != null && at.isBefore(before)) {
      return Duration.ZERO;
    }
    last = at;
    return before == null ? Duration.ZERO : Duration.between(before, at);
  }
}
