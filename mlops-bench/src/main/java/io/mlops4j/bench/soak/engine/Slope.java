package io.mlops4j.bench.soak.engine;

/** How much something grows with each step: the least-squares line through what was sampled. */
final class Slope {
  private Slope() {}

  /**
   * Of the second half of equally spaced samples; in the first, caches fill and code is compiled.
   *
   * @param samples at least four
   * @param steps between two samples
   * @return the growth for each step
   */
  static double ofSecondHalf(long[] samples, int steps) {
    if (samples.length < 4) {
      throw new IllegalArgumentException(
          "samples: found " + samples.length + ", expected 4 or more");
    }
    int from = samples.length / 2;
    int count = samples.length - from;
    double meanX = (count - 1) / 2.0;
    double meanY = 0;
    for (int i = from; i < samples.length; i++) {
      meanY += samples[i] / (double) count;
    }
    double xy = 0;
    double xx = 0;
    for (int i = 0; i < count; i++) {
      xy += (i - meanX) * (samples[from + i] - meanY);
      xx += (i - meanX) * (i - meanX);
    }
    return xy / xx / steps;
  }
}
