package io.mlops4j.monitor.profile.internal;

import java.time.Instant;
import org.apache.arrow.memory.util.MemoryUtil;
import org.apache.arrow.vector.FieldVector;

/**
 * A unit of time in seconds.
 *
 * @param parts the units in a second, or 1
 * @param seconds the seconds in a unit, or 1
 */
public record TimeResolution(long parts, long seconds) {
  private static final long NANOS = 1_000_000_000;
  private static final long SECONDS_OF_DAY = 86_400;
  private static final long MOST_SECONDS = Long.MAX_VALUE / 2 / NANOS;

  public static TimeResolution of(FieldVector column) {
    return switch (column.getMinorType()) {
      case DATEDAY -> new TimeResolution(1, SECONDS_OF_DAY);
      case TIMESTAMPSEC, TIMESTAMPSECTZ -> new TimeResolution(1, 1);
      case DATEMILLI, TIMESTAMPMILLI, TIMESTAMPMILLITZ -> new TimeResolution(1_000, 1);
      case TIMESTAMPMICRO, TIMESTAMPMICROTZ -> new TimeResolution(1_000_000, 1);
      case TIMESTAMPNANO, TIMESTAMPNANOTZ -> new TimeResolution(NANOS, 1);
      default -> throw new IllegalStateException("no times: " + column.getField());
    };
  }

  public long read(FieldVector column, int row) {
    return read(column.getDataBufferAddress(), row);
  }

  /** Reads a value; only days have 32 bits. */
  public long read(long address, int row) {
    return seconds > 1
        ? MemoryUtil.getInt(address + 4L * row)
        : MemoryUtil.getLong(address + 8L * row);
  }

  /** Returns nanoseconds modulo 2^64. */
  public long nanosSince1970(long value) {
    return second(value) * NANOS + nanos(value);
  }

  /** Returns nanoseconds since 1970; times more than 146 years away from it are all alike. */
  public long clippedNanos(long value) {
    return clippedNanos(second(value), nanos(value));
  }

  public static long clippedNanos(long second, long nanos) {
    return second > MOST_SECONDS || second < -MOST_SECONDS
        ? Long.signum(second) * (Long.MAX_VALUE / 2)
        : second * NANOS + nanos;
  }

  private long second(long value) {
    return Math.floorDiv(value, parts) * seconds;
  }

  private long nanos(long value) {
    return Math.floorMod(value, parts) * (NANOS / parts);
  }

  /** Returns days since 1970. */
  public long day(long value) {
    return seconds > 1 ? value : Math.floorDiv(value, parts * SECONDS_OF_DAY);
  }

  /** Returns a time; one beyond the range of an Instant becomes the end of that range. */
  public Instant instant(long value) {
    long second = second(value);
    if (second > Instant.MAX.getEpochSecond()) {
      return Instant.MAX;
    }
    return second < Instant.MIN.getEpochSecond()
        ? Instant.MIN
        : Instant.ofEpochSecond(second, nanos(value));
  }
}
