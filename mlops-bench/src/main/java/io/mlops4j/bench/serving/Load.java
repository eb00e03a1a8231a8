package io.mlops4j.bench.serving;

import java.util.concurrent.Callable;

/**
 * The rate of calls at which callers keep the processors busy for a share of the time, measured
 * once. All that the process does counts: the calls, the threads behind them, and the loop that
 * calls. One thread.
 */
final class Load {
  private static final int STEPS = 4;

  private final int threads;
  private final double share;
  private final double seconds;
  private final Callable<Callers> callers;
  private double nanos;

  /**
   * @param share of the time of all processors, above 0 and below 1
   * @param seconds how long a step of the search lasts
   */
  Load(int threads, double share, double seconds, Callable<Callers> callers) {
    this.threads = threads;
    this.share = share;
    this.seconds = seconds;
    this.callers = callers;
  }

  /** The mean time between calls. */
  double nanos() throws Exception {
    if (nanos == 0) {
      double between = new Capacity(threads, callers).nanos() / share;
      for (int step = 0; step < STEPS; step++) { // a call costs more when threads wait for it
        try (OpenLoop loop =
            new OpenLoop(threads, between, seconds, callers.call(), OpenLoop.Figure.CPU)) {
          between = loop.measure() / (share * Runtime.getRuntime().availableProcessors());
        }
      }
      nanos = between;
    }
    return nanos;
  }
}
