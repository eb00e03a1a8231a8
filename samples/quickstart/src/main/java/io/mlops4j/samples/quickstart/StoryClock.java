package io.mlops4j.samples.quickstart;

import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** The clock of the replay: the year is 2001, and a day takes milliseconds. */
final class StoryClock extends Clock {
  private volatile Instant now = Instant.EPOCH;

  void set(LocalDate day, LocalTime time) {
    now = day.atTime(time).toInstant(ZoneOffset.UTC);
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
