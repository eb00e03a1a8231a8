package io.mlops4j.bench.ratios;

import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;

/** Prints what a value cost, in the median of the last thousand runs, when it is closed. */
public final class PerValue implements Side {
  private final String name;
  private final double values;
  private final Side side;
  private final long[] nanos = new long[1000];
  private int runs;

  private PerValue(String name, double values, Side side) {
    this.name = name;
    this.values = values;
    this.side = side;
  }

  /**
   * Wraps a side.
   *
   * @param name of the comparison
   * @param values how many values a run works on, or calls it makes
   * @param side what is timed
   */
  public static Side of(String name, double values, Side side) {
    return new PerValue(name, values, side);
  }

  @Override
  public float run() throws Exception {
    long begin = System.nanoTime();
    float result = side.run();
    nanos[runs++ % nanos.length] = System.nanoTime() - begin;
    return result;
  }

  @Override
  public void close() throws IOException {
    side.close();
    long[] sorted = Arrays.copyOf(nanos, Math.min(runs, nanos.length));
    Arrays.sort(sorted);
    System.out.println(line(sorted.length == 0 ? Double.NaN : sorted[sorted.length / 2] / values));
  }

  private String line(double median) {
    return String.format(Locale.ROOT, "# %s: ours takes %.2f ns a value or call", name, median);
  }
}
