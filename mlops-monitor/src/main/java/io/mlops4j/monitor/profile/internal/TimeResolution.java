package io.mlops4j.monitor.profile.internal;

import java.time.Instant;
import org.apache.arrow.memory.util.MemoryUtil;
import org.apache.arrow.vector.FieldVector;

/**
 * How a unit of time is made of seconds.
 *
 * @param parts so many of it are a second, or
 * @param seconds so many seconds are one of it
 */
public record TimeResolution(long parts, long seconds) {
  private static final long NANOS = 1_000_000_000;
  private static final long SECONDS_OF_DAY = 86_400;

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

  /** Days are the only ones of 32 bits. */
  public long read(long address, int row) {
    return seconds > 1
        ? MemoryUtil.getInt(address + 4L * row)
        : MemoryUtil.getLong(address + 8L * row);
  }

  /** Modulo 2^64. */
  public long nanosSince1970(long value) {
    return second(value) * NANOS + nanos(value);
  }

  private long second(long value) {
    return Math.floorDiv(value, parts) * seconds;
  }

  private long nanos(long value) {
    return Math.floorMod(value, parts) * (NANOS / parts);
  }

  /** What lies beyond the range of an Instant is at its end. */
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
