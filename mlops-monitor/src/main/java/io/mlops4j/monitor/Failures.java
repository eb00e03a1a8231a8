package io.mlops4j.monitor;

import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What went wrong inside a monitor: counted, logged at a limited rate, never thrown on. */
final class Failures {
  private static final Logger LOG = LoggerFactory.getLogger(ModelMonitor.class);

  private final AtomicLong count = new AtomicLong();

  /** Logs the first failure and then each time their number has doubled. */
  void add(String what, Throwable e) {
    long number = count.incrementAndGet();
    if (Long.bitCount(number) == 1) {
      LOG.warn("{} (failure {} of this monitor): {}", what, number, e.getMessage(), e);
    }
  }

  long count() {
    return count.get();
  }
}
