package io.mlops4j.runtime.view;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Times as microseconds since 1970, in which all of them are compared. */
final class Times {
  private Times() {}

  /** Rounds down, so that a label or a reader never sees an event of its future. */
  static long micros(Instant time) {
    try {
      return Math.addExact(
          Math.multiplyExact(time.getEpochSecond(), 1_000_000L), time.getNano() / 1000);
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(
          "time: found " + time + ", expected a year from -290000 to 290000", e);
    }
  }

  static Instant instant(long micros) {
    return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
  }

  /** Returns when a row ends, or {@link Long#MAX_VALUE} if it never does. */
  static long expires(long eventMicros, long livesMicros) {
    long end = eventMicros + livesMicros;
    return livesMicros == Long.MAX_VALUE || end < eventMicros ? Long.MAX_VALUE : end;
  }

  static long micros(Duration duration) {
    return Math.addExact(
        Math.multiplyExact(duration.getSeconds(), 1_000_000L), duration.getNano() / 1000);
  }
}
