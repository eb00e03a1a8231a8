package io.mlops4j.bench.ratios;

import java.time.Duration;

/**
 * Times both sides in turns. A machine's speed drifts over seconds; a pair of neighbouring samples
 * shares it, so their ratio does not. The order within the pairs alternates.
 */
final class Pairs {
  private static final Duration WARM_UP = Duration.ofMillis(1500);
  private static final Duration SAMPLE = Duration.ofMillis(120);
  private static final int PAIRS = 21;

  private float sink;

  Ratio compare(Comparison comparison) throws Exception {
    try (Side ours = comparison.ours().call();
        Side theirs = comparison.theirs().call()) {
      int oursPerSample = warmUp(ours);
      int theirsPerSample = warmUp(theirs);
      double[] ratios = new double[PAIRS];
      for (int pair = 0; pair < PAIRS; pair++) {
        boolean oursFirst = pair % 2 == 0;
        double first = oursFirst ? time(ours, oursPerSample) : time(theirs, theirsPerSample);
        double second = oursFirst ? time(theirs, theirsPerSample) : time(ours, oursPerSample);
        ratios[pair] = oursFirst ? first / second : second / first;
      }
      if (Float.isNaN(sink)) {
        throw new IllegalStateException("a side computed NaN: " + comparison.name());
      }
      return Ratio.of(ratios);
    }
  }

  /** Runs until the compiler has done its work; says how many runs fill a sample. */
  private int warmUp(Side side) throws Exception {
    long end = System.nanoTime() + WARM_UP.toNanos();
    long runs = 0;
    long begin = System.nanoTime();
    while (System.nanoTime() < end) {
      sink += side.run();
      runs++;
    }
    double nanosPerRun = (System.nanoTime() - begin) / (double) runs;
    return (int) Math.max(1, SAMPLE.toNanos() / nanosPerRun);
  }

  /** Nanoseconds of one run. */
  private double time(Side side, int runs) throws Exception {
    long begin = System.nanoTime();
    float sum = 0;
    for (int i = 0; i < runs; i++) {
      sum += side.run();
    }
    long nanos = System.nanoTime() - begin;
    sink += sum;
    return nanos / (double) runs;
  }
}
