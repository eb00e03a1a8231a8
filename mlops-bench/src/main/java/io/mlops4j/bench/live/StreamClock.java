package io.mlops4j.bench.live;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** A clock that follows the rows of a stream. */
final class StreamClock extends Clock {
  private volatile Instant now = Instant.EPOCH;

  void set(long second) {
    now = Instant.ofEpochSecond(second);
  }

  @Override
  public Instant instant() {
    return now;
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    return Clock.fixed(now, zone);
  }
}
