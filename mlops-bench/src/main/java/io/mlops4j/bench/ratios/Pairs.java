package io.mlops4j.bench.ratios;

import java.io.PrintStream;
import java.util.concurrent.TimeUnit;

/**
 * Measures both sides in turns. A machine's speed drifts over seconds; a pair of neighbouring
 * samples shares it, so their ratio does not. The order within the pairs alternates.
 */
final class Pairs {
  private static final long SAY_EVERY = TimeUnit.SECONDS.toNanos(5);

  private final Effort effort;
  private final PrintStream progress;
  private float sink;

  Pairs(Effort effort, PrintStream progress) {
    this.effort = effort;
    this.progress = progress;
  }

  /** What {@link #compare} found; no garbage where a side is no loop in this thread. */
  record Found(Ratio ratio, Garbage garbage) {}

  Found compare(Comparison comparison) throws Exception {
    try (Side ours = comparison.ours().call();
        Side theirs = comparison.theirs().call()) {
      int oursPerSample = warmUp(ours);
      int theirsPerSample = warmUp(theirs);
      double[] ratios = new double[effort.pairsOf(ours)];
      long said = System.nanoTime();
      for (int pair = 0; pair < ratios.length; pair++) {
        boolean oursFirst = pair % 2 == 0;
        double first = oursFirst ? cost(ours, oursPerSample) : cost(theirs, theirsPerSample);
        double second = oursFirst ? cost(theirs, theirsPerSample) : cost(ours, oursPerSample);
        boolean firstOverSecond = oursFirst == (comparison.shows() == Comparison.Shows.TIME);
        ratios[pair] = firstOverSecond ? first / second : second / first;
        if (System.nanoTime() - said > SAY_EVERY) {
          said = System.nanoTime();
          progress.println(
              "# " + comparison.name() + ": pair " + (pair + 1) + " of " + ratios.length);
        }
      }
      if (Float.isNaN(sink)) {
        throw new IllegalStateException("a side computed NaN: " + comparison.name());
      }
      return new Found(
          Ratio.of(ratios),
          new Garbage(garbage(ours, oursPerSample), garbage(theirs, theirsPerSample)));
    }
  }

  private static double garbage(Side side, int runs) throws Exception {
    return side instanceof Measured ? Double.NaN : Garbage.of(side, runs);
  }

  /** Runs until the compiler has done its work; says how many runs fill a sample. */
  private int warmUp(Side side) throws Exception {
    if (side instanceof Measured) {
      sink += side.run();
      return 1;
    }
    long begin = System.nanoTime();
    long end = begin + effort.warmUp().toNanos();
    long runs = 0;
    while (System.nanoTime() < end) {
      sink += side.run();
      runs++;
    }
    double nanosPerRun = (System.nanoTime() - begin) / (double) runs;
    return (int) Math.max(1, effort.sample().toNanos() / nanosPerRun);
  }

  /** Nanoseconds of one run, or what a side that measures itself says. */
  private double cost(Side side, int runs) throws Exception {
    if (side instanceof Measured measured) {
      return measured.measure();
    }
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
