package io.mlops4j.runtime.registry.store;

import io.mlops4j.registry.RegistryOptions;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** The clock of a storage, which all processes share if it is a database. */
final class StorageClock extends Clock {
  private final Storage storage;
  private final ZoneId zone;

  private StorageClock(Storage storage, ZoneId zone) {
    this.storage = storage;
    this.zone = zone;
  }

  /** Returns the clock for records: another than the system's was chosen for this registry. */
  static Clock of(Storage storage, RegistryOptions options) {
    Clock chosen = options.clock();
    return chosen.equals(Clock.systemUTC()) ? new StorageClock(storage, ZoneOffset.UTC) : chosen;
  }

  @Override
  public Instant instant() {
    return storage.now();
  }

  @Override
  public ZoneId getZone() {
    return zone;
  }

  @Override
  public Clock withZone(ZoneId other) {
    return new StorageClock(storage, other);
  }
}
