package io.mlops4j.bench.ratios;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Measures both sides in turns. A machine's speed drifts over seconds; a pair of neighbouring
 * samples shares it, so their ratio does not. The order within the pairs alternates.
 *
 * <p>For half of the pairs our side is opened first, for the others the peer's: of two equal sides
 * with many threads, the one that was opened first was seen to be some per cent slower.
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
    Opened one = opened(comparison, true);
    Opened other = opened(comparison, false);
    if (Float.isNaN(sink)) {
      throw new IllegalStateException("a side computed NaN: " + comparison.name());
    }
    return new Found(Ratio.of(one.ratios(), other.ratios()), one.garbage());
  }

  /** What half of the pairs found. */
  private record Opened(List<Double> ratios, Garbage garbage) {}

  private Opened opened(Comparison comparison, boolean oursFirst) throws Exception {
    try (Side first = (oursFirst ? comparison.ours() : comparison.theirs()).call();
        Side second = (oursFirst ? comparison.theirs() : comparison.ours()).call()) {
      return oursFirst ? compare(comparison, first, second) : compare(comparison, second, first);
    }
  }

  private Opened compare(Comparison comparison, Side ours, Side theirs) throws Exception {
    int oursPerSample = warmUp(ours);
    int theirsPerSample = warmUp(theirs);
    int pairs = effort.pairsOf(ours) / 2;
    List<Double> ratios = new ArrayList<>();
    long said = System.nanoTime();
    for (int pair = 0; pair < pairs; pair++) {
      boolean oursFirst = pair % 2 == 0;
      double first = oursFirst ? cost(ours, oursPerSample) : cost(theirs, theirsPerSample);
      double second = oursFirst ? cost(theirs, theirsPerSample) : cost(ours, oursPerSample);
      boolean firstOverSecond = oursFirst == (comparison.shows() == Comparison.Shows.TIME);
      ratios.add(firstOverSecond ? first / second : second / first);
      if (System.nanoTime() - said > SAY_EVERY) {
        said = System.nanoTime();
        progress.println("# " + comparison.name() + ": pair " + (pair + 1) + " of " + pairs);
      }
    }
    return new Opened(
        ratios, new Garbage(garbage(ours, oursPerSample), garbage(theirs, theirsPerSample)));
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
