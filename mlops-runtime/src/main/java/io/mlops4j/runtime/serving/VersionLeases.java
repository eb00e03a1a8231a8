package io.mlops4j.runtime.serving;

import io.mlops4j.registry.Lease;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.source.ThisProcess;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps versions from being deleted while models that were loaded from them are open. Thread safe.
 *
 * <p>Serving goes before keeping: a registry that cannot note a lease, as one on a read-only disk,
 * is no reason not to serve what can be read from it. That is logged, once a minute at most.
 */
final class VersionLeases {
  private static final Logger LOG = LoggerFactory.getLogger(ModelRegistry.class);
  private static final long QUIET = Duration.ofMinutes(1).toNanos();

  /** How long the end of a model waits for the end of its lease. */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final LongSupplier nanos;
  private final AtomicLong failures = new AtomicLong();
  private final AtomicLong lastLog;

  VersionLeases(LongSupplier nanos) {
    this.nanos = nanos;
    this.lastLog = new AtomicLong(nanos.getAsLong() - QUIET);
  }

  /** Never throws but for errors of the JVM. */
  Held take(RegisteredVersion used) {
    try {
      String holder = used.user() + " in " + ThisProcess.NAME;
      return new Held(used.registry().lease(used.version(), holder));
    } catch (RuntimeException e) {
      failed(used, e);
      return new Held(null);
    }
  }

  /** Counted always, logged at most once a minute. */
  private void failed(RegisteredVersion used, RuntimeException thrown) {
    long count = failures.incrementAndGet();
    long now = nanos.getAsLong();
    long last = lastLog.get();
    if (now - last >= QUIET && lastLog.compareAndSet(last, now)) {
      LOG.warn(
          "{}: cannot be leased, {} leases so far; it is served, and only aliases keep it from being deleted",
          used.version(),
          count,
          thrown);
    }
  }

  /** How many leases could not be had. */
  long failures() {
    return failures.get();
  }

  /** Of a model that came from no registry. */
  static Held none() {
    return new Held(null);
  }

  /**
   * What the identities of one loaded version share: the last one that is closed ends the lease.
   */
  static final class Held {
    private final @Nullable Lease lease;
    private final AtomicInteger identities = new AtomicInteger(1);

    private Held(@Nullable Lease lease) {
      this.lease = lease;
    }

    /** For a further identity; asked only while one is open. */
    Held share() {
      identities.incrementAndGet();
      return this;
    }

    /**
     * Once for each identity; never throws, as a lease that is not renewed ends by itself. A
     * registry that hangs does not keep the caller: closing a model would wait for it.
     */
    void release() {
      if (identities.decrementAndGet() == 0 && lease != null) {
        Thread ends = new Thread(() -> end(lease), "mlops4j-lease-end");
        ends.setDaemon(true);
        ends.start();
        Waiting.uninterruptibly(ends, PATIENCE);
        if (ends.isAlive()) {
          LOG.warn("{}: the registry does not answer; the lease ends by itself", lease);
        }
      }
    }

    private static void end(Lease lease) {
      try {
        lease.close();
      } catch (RuntimeException e) {
        LOG.debug("{}: was not ended, and ends by itself", lease, e);
      }
    }
  }
}
