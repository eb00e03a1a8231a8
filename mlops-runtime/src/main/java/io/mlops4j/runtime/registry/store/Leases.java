package io.mlops4j.runtime.registry.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.error.RegistryException;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.Lease;
import io.mlops4j.runtime.internal.document.Document;
import io.mlops4j.runtime.internal.document.Json;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The leases of versions. A lease is a small document with the time until which it is valid. Its
 * holder renews it until the holder is closed. The time comes from the holder's clock. A reader
 * adds {@link #CLOCKS_DIFFER}, so a lease counts even when the holder's clock is that far behind.
 */
final class Leases {
  static final Duration LENGTH = Duration.ofMinutes(10);

  /** The largest tolerated delay of the holder's clock behind the clock of a deleting process. */
  static final Duration CLOCKS_DIFFER = Duration.ofHours(1);

  private static final Logger LOG = LoggerFactory.getLogger(Leases.class);
  private static final int FORMAT = 1;

  private final Storage storage;
  private final Clock clock;
  private final Poller poller;
  private final Set<Held> held = ConcurrentHashMap.newKeySet();

  Leases(Storage storage, Clock clock, Poller poller) {
    this.storage = storage;
    this.clock = clock;
    this.poller = poller;
  }

  Lease take(ModelVersion version, String holder) {
    Held lease = new Held(version, holder);
    lease.write();
    held.add(lease);
    lease.renewals = poller.every(lease::renew);
    return lease;
  }

  /** Describes the holders of a version's leases. Removes the documents of expired leases. */
  List<String> holders(String model, int number) {
    List<String> holders = new ArrayList<>();
    for (Map.Entry<String, byte[]> lease : storage.leases(model, number).entrySet()) {
      String name = lease.getKey();
      String place = "lease " + name + " of " + model + ":" + number + " in " + storage;
      try {
        Document.readSealed(
            place,
            lease.getValue(),
            json -> {
              Instant until = json.instant("until");
              if (until.plus(CLOCKS_DIFFER).isAfter(clock.instant())) {
                holders.add(json.text("holder") + " until " + until + " by its clock");
              } else {
                storage.removeLease(model, number, name);
              }
              return until;
            });
      } catch (RegistryException e) {
        holders.add("an unknown holder, because " + place + " is damaged; delete it");
      }
    }
    return holders;
  }

  void close() {
    held.forEach(Held::close);
  }

  private final class Held implements Lease {
    private final ModelVersion version;
    private final String holder;
    private final String name = UUID.randomUUID() + ".json";
    private volatile Instant until = Instant.MIN;
    private volatile @Nullable Future<?> renewals;
    private boolean closed;
    private boolean failing;

    Held(ModelVersion version, String holder) {
      this.version = version;
      this.holder = holder;
    }

    private void write() {
      Instant next = clock.instant().plus(LENGTH);
      ObjectNode json = Json.object().put("lease", FORMAT).put("holder", holder);
      json.put("version", version.toString()).put("until", next.toString());
      storage.putLease(version.name(), version.number(), name, Json.writeSealed(json));
      until = next;
    }

    /** Writes the lease again after a third of its length. Failed writes are repeated. */
    private synchronized void renew() {
      if (closed || clock.instant().isBefore(until.minus(LENGTH.dividedBy(3).multipliedBy(2)))) {
        return;
      }
      try {
        write();
        failing = false;
      } catch (RuntimeException | Error e) {
        if (!failing) {
          LOG.warn("{}: cannot renew its lease, trying again", version, e);
        }
        failing = true;
      }
    }

    @Override
    public ModelVersion version() {
      return version;
    }

    @Override
    public Instant until() {
      return until;
    }

    @Override
    public void close() {
      Poller.cancel(renewals);
      held.remove(this);
      synchronized (this) {
        if (closed) {
          return;
        }
        closed = true;
        storage.removeLease(version.name(), version.number(), name);
      }
    }

    @Override
    public String toString() {
      return "a lease of " + version + " for " + holder + " until " + until;
    }
  }
}
