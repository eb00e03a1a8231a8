package io.mlops4j.bench.ratios;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Locale;

/**
 * What a call leaves to the garbage collector: the JVM's own count of the bytes that this thread
 * allocated, which is what JMH's gc profiler shows.
 *
 * @param ours bytes for each of our calls
 * @param theirs bytes for each of the peer's
 */
record Garbage(double ours, double theirs) {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  static double of(Side side, int runs) throws Exception {
    side.run(); // what the counting itself loads is not the side's
    long thread = Thread.currentThread().getId();
    long before = THREADS.getThreadAllocatedBytes(thread);
    for (int i = 0; i < runs; i++) {
      side.run();
    }
    return (THREADS.getThreadAllocatedBytes(thread) - before) / (double) runs;
  }

  String line(Comparison comparison) {
    double goal = comparison.garbageGoal();
    boolean shows = Double.isNaN(goal);
    return String.format(
        Locale.ROOT,
        "GARBAGE %s %.0f %s %s peer %.0f",
        comparison.name(),
        ours,
        shows ? "-" : String.format(Locale.ROOT, "<=%.0f", goal),
        shows || ours <= goal ? "ok" : "short",
        theirs);
  }
}
