package io.mlops4j.bench.live;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.function.LongFunction;

/**
 * How peers cut a stream.
 *
 * @param rows rows of a window; 0 for a calendar day
 * @param season the rows of the reference to compare with, by time
 */
record Windows(int rows, LongFunction<String> season) {
  private static final long DAY = 86_400;

  /** Windows of a number of rows, all compared with the same reference. */
  static Windows of(int rows) {
    return new Windows(rows, second -> "");
  }

  /** Days, each compared with the same weekday. */
  static Windows days() {
    return new Windows(0, second -> weekday(second).name());
  }

  private static DayOfWeek weekday(long second) {
    return Instant.ofEpochSecond(second).atZone(ZoneOffset.UTC).getDayOfWeek();
  }

  boolean endsBefore(long begin, long second) {
    return rows == 0 && Math.floorDiv(begin, DAY) != Math.floorDiv(second, DAY);
  }

  boolean isFullOf(int seen) {
    return rows > 0 && seen >= rows;
  }
}
