package io.mlops4j.monitor.profile;

import io.mlops4j.monitor.profile.internal.Chunk;
import io.mlops4j.monitor.profile.internal.ColumnKind;
import io.mlops4j.monitor.profile.internal.HyperLogLog;
import io.mlops4j.monitor.profile.internal.TimeResolution;
import java.time.Instant;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.jspecify.annotations.Nullable;

/** Collects the profile of timestamps and dates. */
final class TimeCounter implements ColumnCounter {
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
  public ColumnKind kind() {
    return ColumnKind.TIMES;
  }

  @Override
  public void add(FieldVector column, DictionaryProvider dictionaries, Chunk chunk) {
    TimeResolution unit = TimeResolution.of(column);
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
      long value = unit.read(address, row);
      least = Math.min(least, value);
      greatest = Math.max(greatest, value);
      distinct.addLong(unit.nanosSince1970(value));
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
  public TimeCounter cleared() {
    return new TimeCounter(name, role);
  }

  @Override
  public TimeProfile build() {
    return new TimeProfile(name, role, present, missing, first, last, distinct.copy());
  }
}
