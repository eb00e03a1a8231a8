package io.mlops4j.runtime.serving.loading;

import io.mlops4j.registry.Lease;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.internal.source.ThisProcess;
import io.mlops4j.runtime.serving.threads.UninterruptibleWait;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Leases of versions, which cannot be deleted while a model that was loaded from them is open.
 * Thread safe.
 *
 * <p>If the registry cannot record a lease (for example, because it is read-only), the model still
 * loads and a warning is logged, at most once a minute.
 */
public final class VersionLeases {
  private static final long QUIET = Duration.ofMinutes(1).toNanos();

  /** The longest time that closing a model waits for the end of its lease. */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final LongSupplier nanos;
  private final Supplier<Logger> log;
  private final AtomicLong failures = new AtomicLong();
  private final AtomicLong lastLog;

  /**
   * Begins without any lease.
   *
   * @param nanos a clock such as {@link System#nanoTime}
   */
  public VersionLeases(LongSupplier nanos) {
    this(nanos, VersionLeases::logger);
  }

  VersionLeases(LongSupplier nanos, Supplier<Logger> log) {
    this.nanos = nanos;
    this.log = log;
    this.lastLog = new AtomicLong(nanos.getAsLong() - QUIET);
  }

  private static Logger logger() {
    return LoggerFactory.getLogger(ModelRegistry.class);
  }

  /**
   * Leases a version. Throws only errors of the JVM.
   *
   * @param used the version and its user
   * @return the lease, which the caller releases once
   */
  public SharedLease take(RegisteredVersion used) {
    try {
      String holder = used.user() + " in " + ThisProcess.NAME;
      return new SharedLease(used.registry().lease(used.version(), holder));
    } catch (RuntimeException e) {
      failed(used, e);
      return new SharedLease(null);
    }
  }

  /** Counted always, logged at most once a minute. */
  private void failed(RegisteredVersion used, RuntimeException thrown) {
    long count = failures.incrementAndGet();
    long now = nanos.getAsLong();
    long last = lastLog.get();
    if (now - last >= QUIET && lastLog.compareAndSet(last, now)) {
      log.get()
          .warn(
              "{}: the registry cannot record a lease ({} failures so far); the version is served, but only aliases protect it from deletion: {}",
              used.version(),
              count,
              reason(thrown));
      log.get().debug("the cause", thrown);
    }
  }

  /** One line: a registry that is only read is no fault, and its stack trace says no more. */
  private static String reason(RuntimeException thrown) {
    return String.valueOf(thrown.getMessage()).lines().findFirst().orElse("");
  }

  /** The number of leases that registries could not record. */
  long failures() {
    return failures.get();
  }

  /** {@return the lease of a model that came from no registry} */
  public static SharedLease none() {
    return new SharedLease(null);
  }

  /** A lease that the identities of one loaded version share. The last one ends it. */
  public static final class SharedLease {
    private final @Nullable Lease lease;
    private final AtomicInteger identities = new AtomicInteger(1);

    private SharedLease(@Nullable Lease lease) {
      this.lease = lease;
    }

    /**
     * {@return this lease for one more identity, which must release it} At least one other identity
     * is open.
     */
    public SharedLease share() {
      identities.incrementAndGet();
      return this;
    }

    /**
     * Releases the lease of one identity. Never throws, because a lease that is not renewed expires
     * by itself. If the registry hangs, the caller waits for a bounded time only.
     */
    public void release() {
      if (identities.decrementAndGet() == 0 && lease != null) {
        try {
          endSoon(lease);
        } catch (OutOfMemoryError e) {
          logger()
              .warn(
                  "{}: no thread can be started to end this lease; it ends when the registry is closed",
                  lease);
        }
      }
    }

    private static void endSoon(Lease lease) {
      Thread ends = new Thread(() -> end(lease), "mlops4j-lease-end");
      ends.setDaemon(true);
      ends.start();
      UninterruptibleWait.uninterruptibly(ends, PATIENCE);
      if (ends.isAlive()) {
        logger().warn("{}: the registry does not answer; this lease ends at its time limit", lease);
      }
    }

    private static void end(Lease lease) {
      try {
        lease.close();
      } catch (RuntimeException e) {
        logger().debug("{}: this lease could not be ended; it ends at its time limit", lease, e);
      }
    }
  }
}
