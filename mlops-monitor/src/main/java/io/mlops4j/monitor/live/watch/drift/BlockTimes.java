package io.mlops4j.monitor.live.watch.drift;

import io.mlops4j.monitor.live.state.StateReader;
import io.mlops4j.monitor.live.state.StateWriter;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The times between the blocks that detectors read; together, the time since the first of them. */
final class BlockTimes {
  private @Nullable Instant last;

  void write(StateWriter out) {
    out.optional(last, StateWriter::put);
  }

  void read(StateReader in) {
    last = in.optional(StateReader::time);
  }

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
