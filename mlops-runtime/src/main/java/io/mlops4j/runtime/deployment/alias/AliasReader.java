package io.mlops4j.runtime.deployment.alias;

import io.mlops4j.error.RegistryException;
import io.mlops4j.internal.Spans;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.deployment.Deployment;
import io.mlops4j.runtime.deployment.DeploymentStatus;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads an alias, and records since when the registry has been unreachable. A reading is outdated
 * if one that began later has already found the registry. The follower's lock guards the fields
 * that change.
 *
 * <p>A reading on a connection that died hangs until its driver gives it up. So further readings
 * begin beside it, one of which finds the registry soon after it can be reached again.
 */
final class AliasReader {
  private static final Logger LOG = LoggerFactory.getLogger(Deployment.class);

  /** Readings that hang hold a thread each, and mostly a connection. */
  private static final int MOST_PATIENT = 8;

  /** Some drivers do not end a reading when its thread is interrupted. */
  private static final int MOST_HANGING = 12;

  /** A reading that takes longer may hang. */
  private static final long SLOW_NANOS = TimeUnit.MILLISECONDS.toNanos(350);

  private final ModelRegistry registry;
  private final String ref;
  private final RegistryCalls calls;
  private final Clock clock;
  private final LongSupplier nanos;
  private final Object lock;
  private final Runnable changed;
  private final NavigableMap<Long, Going> going = new TreeMap<>();
  private long begun;
  private long ended;

  /**
   * The newest reading that had begun when the registry was last read. Its failure says nothing.
   */
  private long begunWhenRead;

  private boolean closed;
  private volatile Optional<DeploymentStatus.Outage> outage = Optional.empty();

  /**
   * @param nanos a monotonic clock
   * @param lock the lock of the follower
   * @param changed run when an outage begins
   */
  AliasReader(
      ModelRegistry registry,
      String ref,
      RegistryCalls calls,
      Clock clock,
      LongSupplier nanos,
      Object lock,
      Runnable changed) {
    this.registry = registry;
    this.ref = ref;
    this.calls = calls;
    this.clock = clock;
    this.nanos = nanos;
    this.lock = lock;
    this.changed = changed;
  }

  /** The newest record of the alias that one reading found, or null if there was none. */
  record Reading(long number, @Nullable AliasRecord head) {}

  /** A reading that has not ended. The follower's lock guards it. */
  private static final class Going {
    final long since;
    final Thread thread = Thread.currentThread();
    boolean ended;

    Going(long since) {
      this.since = since;
    }

    /** Its thread does nothing else before it is no longer going. */
    void end() {
      ended = true;
      thread.interrupt();
    }
  }

  /** Whether another reading has to wait for those that have begun. The caller holds the lock. */
  boolean isBusy() {
    return !going.isEmpty()
        && (going.size() >= MOST_HANGING
            || nanos.getAsLong() - going.lastEntry().getValue().since < SLOW_NANOS);
  }

  /**
   * Ends a reading if many hang, so that a further one can begin: the one whose age is closest to
   * that of the one before it. So the others are about twice as old as the next, and one of them
   * gets the answer of a registry that is slow, however slow. The caller holds the lock.
   */
  void makeRoom() {
    List<Going> patient = going.values().stream().filter(one -> !one.ended).toList();
    if (patient.size() < MOST_PATIENT) {
      return;
    }
    long now = nanos.getAsLong();
    Going closest = patient.get(1);
    double least = Double.POSITIVE_INFINITY;
    for (int i = 1; i < patient.size(); i++) {
      double ratio = (double) (now - patient.get(i - 1).since) / (now - patient.get(i).since);
      if (ratio < least) {
        least = ratio;
        closest = patient.get(i);
      }
    }
    closest.end();
  }

  /** Ends the readings whose answers would be outdated. */
  private void endOlder(long number) {
    long now = nanos.getAsLong();
    for (Going older : going.headMap(number).values()) {
      if (!older.ended && now - older.since >= SLOW_NANOS) {
        older.end();
      }
    }
  }

  /**
   * Whether the connection of an earlier reading seems to be dead, because a later one was faster.
   * The caller holds the lock.
   */
  boolean hasOvertaken(Reading reading) {
    Map.Entry<Long, Going> first = going.firstEntry();
    return first != null
        && first.getKey() < reading.number()
        && nanos.getAsLong() - first.getValue().since >= SLOW_NANOS;
  }

  /**
   * Reads the alias; a failure begins an outage. Never waits.
   *
   * @param late gets the record that a reading found after its time limit
   */
  CompletableFuture<Reading> read(Consumer<AliasRecord> late) {
    long number;
    synchronized (lock) {
      number = ++begun;
    }
    return calls
        .begin("read the alias", waitedFor -> head(number), head -> head.ifPresent(late))
        .handle(
            (head, error) -> {
              if (error != null) {
                Throwable cause = RegistryCalls.cause(error);
                if (failed(number, cause)) {
                  throw new CompletionException(cause);
                }
                return new Reading(number, null); // a later one was faster
              }
              return new Reading(number, head.orElse(null));
            });
  }

  private Optional<AliasRecord> head(long number) {
    Going mine = new Going(nanos.getAsLong());
    synchronized (lock) {
      going.put(number, mine);
    }
    try {
      return registry.head(ref);
    } catch (RuntimeException e) {
      throw isEnded(mine) ? ended(mine, e) : e;
    } finally {
      synchronized (lock) {
        going.remove(number);
      }
      if (mine.ended) {
        boolean unused = Thread.interrupted(); // meant for this reading only
      }
    }
  }

  private boolean isEnded(Going reading) {
    synchronized (lock) {
      return reading.ended;
    }
  }

  private RegistryException ended(Going reading, RuntimeException cause) {
    return new RegistryException(
        "%s: cannot read the alias: the registry did not answer within %s, and the reading was ended so that another could begin; check that the registry runs"
            .formatted(ref, Spans.text(Duration.ofNanos(nanos.getAsLong() - reading.since))),
        cause);
  }

  /** Returns false if a reading that began later has ended, so that this one does not count. */
  private boolean failed(long number, Throwable error) {
    boolean begins;
    boolean starts;
    synchronized (lock) {
      if (number < ended) {
        return false;
      }
      if (closed || number <= begunWhenRead) {
        return true;
      }
      begins = outage.isEmpty();
      starts = begunWhenRead == 0;
      outage =
          Optional.of(
              new DeploymentStatus.Outage(
                  outage.map(DeploymentStatus.Outage::since).orElseGet(clock::instant),
                  Failures.reason(error)));
    }
    if (begins) {
      if (starts) { // nothing serves yet, and who starts it throws or logs the cause
        LOG.warn("{}: the registry cannot be read: {}", ref, Failures.reason(error));
      } else {
        LOG.warn(
            "{}: the registry cannot be read; the serving version stays, and reading is retried",
            ref,
            error);
      }
      changed.run();
    }
    return true;
  }

  /** The caller holds the lock. */
  boolean isOutdated(Reading reading) {
    return reading.number() < ended;
  }

  /**
   * Whether a record was found by a reading that had begun when the registry was last read, and
   * that may thus have seen it before. The caller holds the lock.
   */
  boolean mayBeOlder(Reading reading) {
    return reading.number() <= begunWhenRead;
  }

  /** A reading ended after its time limit. The caller holds the lock. */
  void acceptLate() {
    begunWhenRead = begun;
  }

  /** Ends an outage, and returns whether there was one. The caller holds the lock. */
  boolean accept(Reading reading) {
    endOlder(reading.number());
    ended = reading.number();
    begunWhenRead = begun;
    boolean recovered = outage.isPresent();
    outage = Optional.empty();
    return recovered;
  }

  /**
   * Outdates the readings that still run, because they may miss a newer record. The caller holds
   * the lock.
   */
  void outdate() {
    ended = ++begun;
  }

  /** The caller holds the lock. */
  void close() {
    closed = true;
  }

  Optional<DeploymentStatus.Outage> outage() {
    return outage;
  }

  /** Returns the reason why the alias points to no version. */
  RegistryException namesNothing() {
    return RegistryCalls.value(
        calls.begin("find the version of the alias", waitedFor -> findNothing()));
  }

  private RegistryException findNothing() {
    registry.resolve(ref); // throws with the aliases that exist, or who removed this one and why
    return new RegistryException(
        ref + ": found a version only after the deployment had looked for it; start it again",
        null);
  }
}
