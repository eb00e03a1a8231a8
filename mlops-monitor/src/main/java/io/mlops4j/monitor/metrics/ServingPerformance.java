package io.mlops4j.monitor.metrics;

import io.mlops4j.monitor.ModelMonitor;
import io.mlops4j.monitor.Performance;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The performance of the version that serves, for all gauges of one reading. It is used again for
 * ten times as long as it took to compute, so that readings take at most a tenth of a processor.
 * Thread safe.
 */
final class ServingPerformance {
  private static final int TIMES = 10;

  private final ModelMonitor monitor;
  private @Nullable Performance newest;
  private long until;

  ServingPerformance(ModelMonitor monitor) {
    this.monitor = monitor;
  }

  synchronized Optional<Performance> get() {
    long start = System.nanoTime();
    if (newest == null || start - until >= 0) {
      newest = monitor.serving().flatMap(monitor::performance).orElse(null);
      if (newest != null) {
        int unused = newest.figures().size(); // computes them
      }
      long end = System.nanoTime();
      until = end + TIMES * (end - start);
    }
    return Optional.ofNullable(newest);
  }
}
