package io.mlops4j.monitor.live.window;

import io.mlops4j.monitor.live.rows.Span;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The ends of windows in which rows are not compared with a reference, so that no watch of drift
 * states them. All versions share them. Used by the monitor's thread only.
 */
public final class WindowEnds {
  private final Span span;
  private @Nullable Instant from;
  private Instant last = Instant.MIN;
  private long rows;

  public WindowEnds(Span span) {
    this.span = span;
  }

  /**
   * Counts rows.
   *
   * @return the time of the first rows of a window that has ended; null if none has
   */
  public @Nullable Instant answered(long more, Instant first, Instant at) {
    Instant begun = from;
    if (begun != null && span.isOver(begun, last, at)) {
      begin(first, at, more);
      return begun;
    }
    if (begun == null) {
      begin(first, at, more);
      begun = first;
    } else {
      rows += more;
      last = at;
    }
    if (span.endsPane(rows)) {
      from = null;
      return begun;
    }
    return null;
  }

  private void begin(Instant first, Instant at, long more) {
    from = first;
    last = at;
    rows = more;
  }
}
