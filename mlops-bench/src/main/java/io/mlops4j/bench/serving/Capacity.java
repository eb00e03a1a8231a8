package io.mlops4j.bench.serving;

import java.io.IOException;
import java.util.Arrays;

/**
 * 70 % of what callers can answer at most: all calls are due at once, and the threads, the clocks
 * and the counter are those of an {@link OpenLoop}, which cost as much as a small model. One
 * thread.
 */
final class Capacity implements Load {
  private static final double SHARE = 0.7;
  private static final double NANOS = 2e8;
  private static final int FIRST = 1000;

  private final TimedCalls calls;
  private int count = FIRST;

  Capacity(int threads, Callers callers) throws Exception {
    this.calls = new TimedCalls(threads, callers);
    nanos(); // until the compiler has done its work
    nanos();
  }

  /** The mean time between answers now: a machine that others use is not always as fast. */
  double nanos() throws Exception {
    long[] answered = calls.ask(new long[count]);
    calls.settle();
    double nanos = Arrays.stream(answered).max().orElseThrow() / (double) count;
    count = (int) Math.max(1, NANOS / nanos);
    return nanos;
  }

  @Override
  public double nanosBetween() throws Exception {
    return nanos() / SHARE;
  }

  @Override
  public void close() throws IOException {
    calls.close();
  }
}
