package io.mlops4j.bench.live;

import java.util.Arrays;

/** Every so many-th value, where there are more than needed. */
final class Thinned {
  private Thinned() {}

  static double[] of(double[] values, int most) {
    if (values.length <= most) {
      return values;
    }
    double[] some = new double[most];
    Arrays.setAll(some, i -> values[(int) ((long) i * values.length / most)]);
    return some;
  }

  static int[] of(int[] values, int most) {
    if (values.length <= most) {
      return values;
    }
    int[] some = new int[most];
    Arrays.setAll(some, i -> values[(int) ((long) i * values.length / most)]);
    return some;
  }
}
