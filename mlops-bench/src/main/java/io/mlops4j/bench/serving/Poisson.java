package io.mlops4j.bench.serving;

import java.util.Random;

/** Calls at random times: the same pattern each time. */
final class Poisson {
  private static final long SEED = 20040404;

  private Poisson() {}

  /** The times of calls, in nanoseconds from the beginning, in ascending order. */
  static long[] times(double nanosBetween, double seconds) {
    Random random = new Random(SEED);
    long[] times = new long[(int) (seconds * 1e9 / nanosBetween)];
    double at = 0;
    for (int i = 0; i < times.length; i++) {
      at -= Math.log(1 - random.nextDouble()) * nanosBetween;
      times[i] = (long) at;
    }
    return times;
  }
}
