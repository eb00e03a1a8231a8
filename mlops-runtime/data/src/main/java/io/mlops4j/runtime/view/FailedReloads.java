package io.mlops4j.runtime.view;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;

/**
 * Reloads of cached rows that failed. They are counted, and logged at most once a minute. For a
 * second after one of them, the store is left alone. Thread safe.
 */
final class FailedReloads {
  private static final long PAUSE = TimeUnit.SECONDS.toNanos(1);
  private static final long QUIET = TimeUnit.MINUTES.toNanos(1);

  private final String view;
  private final LongSupplier nanos;
  private final Logger log;
  private long count;
  private long last;
  private long logged;
  private boolean failing;
  private long since;

  FailedReloads(String view, LongSupplier nanos, Logger log) {
    this.view = view;
    this.nanos = nanos;
    this.log = log;
    last = nanos.getAsLong() - PAUSE;
    logged = nanos.getAsLong() - QUIET;
  }

  /** Returns whether a reload failed within the last second. */
  synchronized boolean pause() {
    return nanos.getAsLong() - last < PAUSE;
  }

  synchronized long count() {
    return count;
  }

  /** Returns the time since the first failure after which the store has not answered. */
  synchronized Optional<Duration> failingFor() {
    return failing
        ? Optional.of(Duration.ofNanos(Math.max(0, nanos.getAsLong() - since)))
        : Optional.empty();
  }

  /** Notes that the store has answered. */
  synchronized void end() {
    failing = false;
  }

  synchronized void add(Throwable thrown) {
    count++;
    last = nanos.getAsLong();
    if (!failing) {
      failing = true;
      since = last;
    }
    if (last - logged >= QUIET) {
      logged = last;
      log.warn(
          "{}: cannot reload cached rows ({} failures so far); they are served until they expire:"
              + " {}",
          view,
          count,
          thrown.getMessage());
      log.debug("the cause", thrown);
    }
  }
}
