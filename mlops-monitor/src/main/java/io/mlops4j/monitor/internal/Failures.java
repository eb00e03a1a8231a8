package io.mlops4j.monitor.internal;

import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts failures inside a monitor and logs them at a limited rate. Failures are never rethrown.
 */
public final class Failures {
  private static final Logger LOG = LoggerFactory.getLogger("io.mlops4j.monitor.ModelMonitor");

  private final AtomicLong count = new AtomicLong();

  /**
   * Counts a failure. Logs the first failure, and then one each time the number of failures has
   * doubled.
   */
  public void add(String what, Throwable e) {
    long number = count.incrementAndGet();
    if (Long.bitCount(number) == 1) {
      try {
        LOG.warn("{} (failure {} of this monitor): {}", what, number, e.getMessage(), e);
      } catch (RuntimeException | Error notLogged) {
        count.incrementAndGet(); // an appender that fails must not end a thread of the monitor
      }
    }
  }

  /** Runs a step; a failure is counted and does not reach the next step. */
  public void guard(String what, Runnable step) {
    try {
      step.run();
    } catch (RuntimeException | Error e) {
      add(what, e);
    }
  }

  public long count() {
    return count.get();
  }
}
