package io.mlops4j.bench.serving;

import java.util.concurrent.Callable;

/** What callers can answer at most, measured once. One thread. */
final class Capacity {
  private final int threads;
  private final Callable<Callers> callers;
  private double nanos;

  Capacity(int threads, Callable<Callers> callers) {
    this.threads = threads;
    this.callers = callers;
  }

  /** The mean time between answers when all threads ask again at once. */
  double nanos() throws Exception {
    if (nanos == 0) {
      try (ClosedLoop loop = new ClosedLoop(threads, callers.call())) {
        nanos = loop.measure();
      }
    }
    return nanos;
  }
}
