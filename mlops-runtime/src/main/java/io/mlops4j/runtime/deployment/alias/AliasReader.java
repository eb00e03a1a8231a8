package io.mlops4j.runtime.deployment.alias;

import io.mlops4j.error.RegistryException;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.deployment.Deployment;
import io.mlops4j.runtime.deployment.DeploymentStatus;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads an alias, and records since when the registry has been unreachable. A reading is outdated
 * if a reading that began later has already ended. The follower's lock guards the fields that
 * change.
 */
final class AliasReader {
  private static final Logger LOG = LoggerFactory.getLogger(Deployment.class);

  private final ModelRegistry registry;
  private final String ref;
  private final RegistryCalls calls;
  private final Clock clock;
  private final Object lock;
  private final Runnable changed;
  private long begun;
  private long ended;
  private boolean closed;
  private volatile Optional<DeploymentStatus.Outage> outage = Optional.empty();

  /**
   * @param lock the lock of the follower
   * @param changed run when an outage begins
   */
  AliasReader(
      ModelRegistry registry,
      String ref,
      RegistryCalls calls,
      Clock clock,
      Object lock,
      Runnable changed) {
    this.registry = registry;
    this.ref = ref;
    this.calls = calls;
    this.clock = clock;
    this.lock = lock;
    this.changed = changed;
  }

  /** The newest record of the alias that one reading found, or null if there was none. */
  record Reading(long number, @Nullable AliasRecord head) {}

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
        .begin("read the alias", waitedFor -> registry.head(ref), head -> head.ifPresent(late))
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

  private void failed(long number, Throwable error) {
    boolean begins;
    synchronized (lock) {
      if (closed || number < ended) {
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

  /** Ends an outage, and returns whether there was one. The caller holds the lock. */
  boolean accept(Reading reading) {
    ended = reading.number();
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
