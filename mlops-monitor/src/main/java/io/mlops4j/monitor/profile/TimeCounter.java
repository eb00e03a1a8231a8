package io.mlops4j.monitor.profile;

import java.time.Instant;
import org.apache.arrow.memory.util.MemoryUtil;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.jspecify.annotations.Nullable;

/** Gathers what a profile needs of timestamps and dates. */
final class TimeCounter implements Counter {
  private static final long NANOS = 1_000_000_000;
  private static final long SECONDS_OF_DAY = 86_400;

  private final String name;
  private final Role role;
  private final HyperLogLog distinct = new HyperLogLog();
  private long present;
  private long missing;
  private @Nullable Instant first;
  private @Nullable Instant last;

  TimeCounter(String name, Role role) {
    this.name = name;
    this.role = role;
  }

  @Override
  public Kind kind() {
    return Kind.TIMES;
  }

  /** How a unit is made of seconds: so many of it are one, or one of it is so many. */
  private record Unit(long parts, long seconds) {
    static Unit of(FieldVector column) {
      return switch (column.getMinorType()) {
        case DATEDAY -> new Unit(1, SECONDS_OF_DAY);
        case TIMESTAMPSEC, TIMESTAMPSECTZ -> new Unit(1, 1);
        case DATEMILLI, TIMESTAMPMILLI, TIMESTAMPMILLITZ -> new Unit(1_000, 1);
        case TIMESTAMPMICRO, TIMESTAMPMICROTZ -> new Unit(1_000_000, 1);
        case TIMESTAMPNANO, TIMESTAMPNANOTZ -> new Unit(NANOS, 1);
        default -> throw new IllegalStateException("no times: " + column.getField());
      };
    }

    long second(long value) {
      return Math.floorDiv(value, parts) * seconds;
    }

    long nanos(long value) {
      return Math.floorMod(value, parts) * (NANOS / parts);
    }

    /** What lies beyond the range of an Instant is at its end. */
    Instant instant(long value) {
      long second = second(value);
      if (second > Instant.MAX.getEpochSecond()) {
        return Instant.MAX;
      }
      return second < Instant.MIN.getEpochSecond()
          ? Instant.MIN
          : Instant.ofEpochSecond(second, nanos(value));
    }
  }

  @Override
  public void add(FieldVector column, DictionaryProvider dictionaries, Chunk chunk) {
    Unit unit = Unit.of(column);
    boolean days = unit.seconds() > 1;
    boolean nulls = column.getNullCount() > 0;
    long address = column.getDataBufferAddress();
    long least = Long.MAX_VALUE;
    long greatest = Long.MIN_VALUE;
    long found = 0;
    int rows = column.getValueCount();
    for (int row = 0; row < rows; row++) {
      if (nulls && column.isNull(row)) {
        continue;
      }
      long value =
          days ? MemoryUtil.getInt(address + 4L * row) : MemoryUtil.getLong(address + 8L * row);
      least = Math.min(least, value);
      greatest = Math.max(greatest, value);
      distinct.addLong(unit.second(value) * NANOS + unit.nanos(value));
      found++;
    }
    present += found;
    missing += rows - found;
    if (found > 0) {
      first = TimeProfile.earlier(first, unit.instant(least));
      last = TimeProfile.later(last, unit.instant(greatest));
    }
  }

  @Override
  public TimeProfile build() {
    return new TimeProfile(name, role, present, missing, first, last, distinct.copy());
  }
}
