package io.mlops4j.bench.serving;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;

/** The processor time of this thread and of the threads of monitors. */
final class MonitorCpu {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final String MONITOR = "mlops4j-monitor";

  private MonitorCpu() {}

  /** Nanoseconds of all threads of monitors that are alive. */
  static long ofMonitors() {
    long nanos = 0;
    for (ThreadInfo thread : THREADS.getThreadInfo(THREADS.getAllThreadIds())) {
      if (thread != null && thread.getThreadName().startsWith(MONITOR)) {
        nanos += Math.max(0, THREADS.getThreadCpuTime(thread.getThreadId()));
      }
    }
    return nanos;
  }

  /** Nanoseconds of the calling thread. */
  static long ofThisThread() {
    return THREADS.getCurrentThreadCpuTime();
  }
}
