package io.mlops4j.runtime.serving.threads;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;

/**
 * The processor time that the calls of a model took in the threads that ran them. Thread safe.
 *
 * <p>Each run reads the clock of its thread twice, and each reading is a system call, so the time
 * is measured only on request.
 */
public final class CpuTime {
  private static final String VIRTUAL = "java.lang.BaseVirtualThread";

  /** Loaded when it is first read, because it takes milliseconds. */
  private static final class Clocks {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final boolean READ =
        THREADS.isCurrentThreadCpuTimeSupported() && THREADS.isThreadCpuTimeEnabled();
  }

  private final ThreadMXBean threads;
  private final LongAdder nanos = new LongAdder();

  /**
   * Starts at zero.
   *
   * @param threads the clocks of threads; their measurement is supported and enabled
   */
  public CpuTime(ThreadMXBean threads) {
    this.threads = threads;
  }

  /**
   * {@return the processor time of this thread in nanoseconds; negative if it has no such clock}
   */
  public long now() {
    return isVirtual(Thread.currentThread()) ? -1 : threads.getCurrentThreadCpuTime();
  }

  /**
   * {@return the processor time of this thread in nanoseconds; the time of the clock if it has no
   * such clock}
   */
  public static long ofThread() {
    return !Clocks.READ || isVirtual(Thread.currentThread())
        ? System.nanoTime()
        : Clocks.THREADS.getCurrentThreadCpuTime();
  }

  /** Java throws for virtual threads, and Java 17 has no method that recognises them. */
  private static boolean isVirtual(Thread thread) {
    return thread.getClass().getSuperclass().getName().equals(VIRTUAL);
  }

  /**
   * Adds the time that this thread took.
   *
   * @param began the result of {@link #now} when the run began
   */
  public void addSince(long began) {
    if (began >= 0) {
      nanos.add(now() - began);
    }
  }

  /** {@return the time of all runs} */
  public Duration sum() {
    return Duration.ofNanos(nanos.sum());
  }
}
