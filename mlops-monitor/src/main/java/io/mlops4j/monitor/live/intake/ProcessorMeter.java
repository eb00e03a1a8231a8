package io.mlops4j.monitor.live.intake;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.function.LongSupplier;

/**
 * Measures the monitor's thread.
 *
 * @param nanoTime a clock that does not go back
 * @param used the processor time of the calling thread, in nanoseconds
 */
public record ProcessorMeter(LongSupplier nanoTime, LongSupplier used) {
  /** A virtual machine that does not measure threads gives 0, so every row is counted. */
  static ProcessorMeter ofThread() {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    boolean measures =
        threads.isCurrentThreadCpuTimeSupported() && threads.isThreadCpuTimeEnabled();
    return new ProcessorMeter(
        System::nanoTime, measures ? threads::getCurrentThreadCpuTime : () -> 0);
  }
}
