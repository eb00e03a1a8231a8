package io.mlops4j.runtime.deployment.alias;

import io.mlops4j.error.RegistryException;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.deployment.Deployment;
import io.mlops4j.runtime.deployment.DeploymentStatus;
import java.time.Clock;
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
 * if a reading that began later has already ended. The follower's lock guards the fields that
 * change.
 *
 * <p>A reading on a connection that died hangs until its driver gives it up. So further readings
 * begin beside it, one of which finds the registry soon after it can be reached again.
 */
final class AliasReader {
  private static final Logger LOG = LoggerFactory.getLogger(Deployment.class);

  /** Readings that hang hold a thread each, and mostly a connection. */
  private static final int MOST_HANGING = 8;

  /** A reading that takes longer may hang. */
  private static final long SLOW_NANOS = TimeUnit.MILLISECONDS.toNanos(350);

  private final ModelRegistry registry;
  private final String ref;
  private final RegistryCalls calls;
  private final Clock clock;
  private final LongSupplier nanos;
  private final Object lock;
  private final Runnable changed;
  private final NavigableMap<Long, Long> going = new TreeMap<>(); // when each reading began
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

  /** Whether another reading has to wait for those that have begun. The caller holds the lock. */
  boolean isBusy() {
    return !going.isEmpty()
        && (going.size() >= MOST_HANGING
            || nanos.getAsLong() - going.lastEntry().getValue() < SLOW_NANOS);
  }

  /**
   * Whether the connection of an earlier reading seems to be dead, because a later one was faster.
   * The caller holds the lock.
   */
  boolean hasOvertaken(Reading reading) {
    Map.Entry<Long, Long> first = going.firstEntry();
    return first != null
        && first.getKey() < reading.number()
        && nanos.getAsLong() - first.getValue() >= SLOW_NANOS;
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
                failed(number, cause);
                throw new CompletionException(cause);
              }
              return new Reading(number, head.orElse(null));
            });
  }

  private Optional<AliasRecord> head(long number) {
    synchronized (lock) {
      going.put(number, nanos.getAsLong());
    }
    try {
      return registry.head(ref);
    } finally {
      synchronized (lock) {
        going.remove(number);
      }
    }
  }

  private void failed(long number, Throwable error) {
    boolean begins;
    synchronized (lock) {
      if (closed || number < ended || number <= begunWhenRead) {
        return;
      }
      ended = number;
      begins = outage.isEmpty();
      outage =
          Optional.of(
              new DeploymentStatus.Outage(
                  outage.map(DeploymentStatus.Outage::since).orElseGet(clock::instant),
                  Failures.reason(error)));
    }
    if (begins) {
      LOG.warn(
          "{}: the registry cannot be read; the serving version stays, and reading is retried",
          ref,
          error);
      changed.run();
    }
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
