package io.mlops4j.runtime.serving;

import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;

/**
 * The processor time that the calls of a model took in the threads that ran them. Thread safe.
 *
 * <p>Reading the clock of a thread is a system call, and two are needed for each run: this is only
 * there where it was asked for.
 */
final class CpuTime {
  private static final String VIRTUAL = "java.lang.BaseVirtualThread";

  private final ThreadMXBean threads;
  private final LongAdder nanos = new LongAdder();

  CpuTime(ThreadMXBean threads) {
    this.threads = threads;
  }

  /** The clock of this thread, for {@link #addSince}; negative where there is none. */
  long now() {
    return isVirtual(Thread.currentThread()) ? -1 : threads.getCurrentThreadCpuTime();
  }

  /** Java has no such clock for them, and throws; that they exist, Java 17 does not know. */
  private static boolean isVirtual(Thread thread) {
    return thread.getClass().getSuperclass().getName().equals(VIRTUAL);
  }

  /** Adds what this thread took since then. */
  void addSince(long began) {
    if (began >= 0) {
      nanos.add(now() - began);
    }
  }

  Duration sum() {
    return Duration.ofNanos(nanos.sum());
  }
}
