package io.mlops4j.bench.serving;

import com.sun.management.OperatingSystemMXBean;
import io.mlops4j.bench.ratios.Measured;
import java.io.IOException;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;

/**
 * Calls that come when they come, whether or not the ones before were answered: Poisson arrivals at
 * a rate, taken up by a number of threads. The cost is the 99th percentile of the time from when a
 * call was meant to begin to its answer, or the processor time of the process.
 *
 * <p>The rate is measured before each sample. A rate that was measured once is more than the
 * processors can do whenever the machine is slower for a while, and the calls then wait for as long
 * as that lasts.
 */
final class OpenLoop implements Measured {
  private static final int MOST_WARM_UPS = 30;

  /** With the same load while warming up. */
  private static final int SAMPLES = 3;

  /** Of one processor; with less, the compilers count as idle. */
  private static final double COMPILES = 0.05;

  private static final int PARTS = 8;

  private static final CompilationMXBean COMPILERS = ManagementFactory.getCompilationMXBean();
  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  /** What a sample costs. */
  enum Figure {
    /** The 99th percentile of the time of a call. */
    P99,
    /**
     * The middle of the 99th percentiles of the parts of a sample. One stop of the machine decides
     * the percentile of the whole sample.
     */
    MIDDLE_P99,
    /** The processor time of the process for a call. */
    CPU
  }

  private final Load load;
  private final TimedCalls calls;
  private final double seconds;
  private final double lead;
  private final Figure figure;

  /** A side without a lead. */
  OpenLoop(int threads, Load load, double seconds, Callers callers, Figure figure)
      throws Exception {
    this(threads, load, seconds, 0, callers, figure);
  }

  /**
   * A side.
   *
   * @param load how often calls come; closed with this
   * @param seconds how long a sample lasts
   * @param lead the seconds of the same load before each sample
   */
  OpenLoop(int threads, Load load, double seconds, double lead, Callers callers, Figure figure)
      throws Exception {
    this.load = load;
    this.calls = new TimedCalls(threads, callers);
    this.seconds = seconds;
    this.lead = lead;
    this.figure = figure;
    warmUp();
  }

  /**
   * Code that runs once for a block of calls is compiled long after the code of a call, for a
   * minute and on the processors that the calls need. Objects of the start are copied by each of
   * the first fifteen collections. A service is past both.
   */
  private void warmUp() throws Exception {
    double share = 1;
    double nanosBetween = 0;
    for (int its = 0; its < MOST_WARM_UPS && share > COMPILES; its++) {
      long begin = System.nanoTime();
      long compiled = COMPILERS.getTotalCompilationTime();
      nanosBetween = its % SAMPLES == 0 ? load.nanosBetween() : nanosBetween;
      sample(nanosBetween);
      double millis = COMPILERS.getTotalCompilationTime() - compiled;
      share = millis * 1e6 / (System.nanoTime() - begin);
    }
    System.gc();
    load.warmedUp();
  }

  @Override
  public double measure() throws Exception {
    double nanosBetween = load.nanosBetween();
    calls.ask(Poisson.times(nanosBetween, lead));
    calls.settle();
    return sample(nanosBetween);
  }

  private double sample(double nanosBetween) throws Exception {
    long[] meant = Poisson.times(nanosBetween, seconds);
    long cpu = SYSTEM.getProcessCpuTime();
    long[] took = calls.ask(meant);
    calls.settle();
    if (figure == Figure.CPU) {
      return (SYSTEM.getProcessCpuTime() - cpu) / (double) meant.length;
    }
    return figure == Figure.MIDDLE_P99 ? middle(took) : percentile(took, 0, took.length);
  }

  /** Returns the middle of the 99th percentiles of eight equal parts. */
  static double middle(long[] took) {
    double[] parts = new double[PARTS];
    for (int i = 0; i < PARTS; i++) {
      int from = (int) ((long) took.length * i / PARTS);
      int to = (int) ((long) took.length * (i + 1) / PARTS);
      parts[i] = percentile(took, from, to);
    }
    Arrays.sort(parts);
    return (parts[PARTS / 2 - 1] + parts[PARTS / 2]) / 2;
  }

  private static double percentile(long[] took, int from, int to) {
    long[] sorted = Arrays.copyOfRange(took, from, to);
    Arrays.sort(sorted);
    return sorted[(int) (0.99 * (sorted.length - 1))];
  }

  @Override
  public void close() throws IOException {
    try (load) {
      calls.close();
    }
  }
}
