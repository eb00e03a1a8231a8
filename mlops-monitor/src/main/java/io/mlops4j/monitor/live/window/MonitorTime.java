package io.mlops4j.monitor.live.window;

import io.mlops4j.monitor.live.state.StateReader;
import io.mlops4j.monitor.live.state.StateWriter;
import java.time.Duration;
import java.time.Instant;

/**
 * The time of the rows and labels. Threads that hand over at once may be out of order by less than
 * a second: time then stands still. A clock that goes back further was set: time goes back with it,
 * which is counted. Used by the monitor's thread only.
 */
public final class MonitorTime {
  private static final Duration OUT_OF_ORDER = Duration.ofSeconds(1);

  private Instant newest = Instant.MIN;
  private long setBack;

  public Instant of(Instant at) {
    boolean back = at.isBefore(newest);
    if (back && Duration.between(at, newest).compareTo(OUT_OF_ORDER) <= 0) {
      return newest;
    }
    setBack += back ? 1 : 0;
    newest = at;
    return at;
  }

  public void write(StateWriter out) {
    out.put(newest).put(setBack);
  }

  public void read(StateReader in) {
    newest = in.time();
    setBack = in.count();
  }

  /** The number of times that the clock was set back. */
  public long setBack() {
    return setBack;
  }
}
