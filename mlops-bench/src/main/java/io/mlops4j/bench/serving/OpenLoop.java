package io.mlops4j.bench.serving;

import com.sun.management.OperatingSystemMXBean;
import io.mlops4j.bench.ratios.Measured;
import java.io.IOException;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Calls that come when they come, whether or not the ones before were answered: Poisson arrivals at
 * a fixed rate, taken up by a number of threads. The cost is the 99th percentile of the time from
 * when a call was meant to begin to its answer, or the processor time of the process.
 */
final class OpenLoop implements Measured {
  private static final long SEED = 20040404;
  private static final int MOST_WARM_UPS = 30;

  /** Of one processor; with less, the compilers count as idle. */
  private static final double COMPILES = 0.05;

  private static final CompilationMXBean COMPILERS = ManagementFactory.getCompilationMXBean();
  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  /** What a sample costs. */
  enum Figure {
    /** The 99th percentile of the time of a call. */
    P99,
    /** The processor time of the process for a call. */
    CPU
  }

  private final Figure figure;
  private final Callers callers;
  private final List<Caller> each = new ArrayList<>();
  private final ExecutorService threads;
  private final long[] meant;

  /**
   * A side.
   *
   * @param nanosBetween the mean time between calls
   * @param seconds how long a sample lasts
   */
  OpenLoop(int threads, double nanosBetween, double seconds, Callers callers, Figure figure)
      throws Exception {
    this.figure = figure;
    this.callers = callers;
    for (int i = 0; i < threads; i++) {
      each.add(callers.caller(i));
    }
    this.threads = Executors.newFixedThreadPool(threads);
    Random random = new Random(SEED);
    this.meant = new long[(int) (seconds * 1e9 / nanosBetween)];
    double at = 0;
    for (int i = 0; i < meant.length; i++) {
      at -= Math.log(1 - random.nextDouble()) * nanosBetween;
      meant[i] = (long) at;
    }
    warmUp();
  }

  /**
   * Code that runs once for a block of calls is compiled long after the code of a call, for a
   * minute and on the processors that the calls need. A service is past that.
   */
  private void warmUp() throws Exception {
    double share = 1;
    for (int its = 0; its < MOST_WARM_UPS && share > COMPILES; its++) {
      long begin = System.nanoTime();
      long compiled = COMPILERS.getTotalCompilationTime();
      measure();
      double millis = COMPILERS.getTotalCompilationTime() - compiled;
      share = millis * 1e6 / (System.nanoTime() - begin);
    }
  }

  @Override
  public double measure() throws Exception {
    AtomicInteger next = new AtomicInteger();
    long[] took = new long[meant.length];
    long cpu = SYSTEM.getProcessCpuTime();
    long begin = System.nanoTime() + 10_000_000;
    List<Future<Void>> loops = new ArrayList<>();
    for (Caller caller : each) {
      Callable<Void> loop =
          () -> {
            for (int i = next.getAndIncrement(); i < meant.length; i = next.getAndIncrement()) {
              await(begin + meant[i]);
              caller.call(i);
              took[i] = System.nanoTime() - begin - meant[i];
            }
            return null;
          };
      loops.add(threads.submit(loop));
    }
    for (Future<Void> loop : loops) {
      loop.get();
    }
    callers.settle();
    if (figure == Figure.CPU) {
      return (SYSTEM.getProcessCpuTime() - cpu) / (double) meant.length;
    }
    Arrays.sort(took);
    return took[(int) (0.99 * (took.length - 1))];
  }

  private static void await(long time) {
    for (long left = time - System.nanoTime(); left > 0; left = time - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }

  @Override
  public void close() throws IOException {
    threads.shutdownNow();
    callers.close();
  }
}
