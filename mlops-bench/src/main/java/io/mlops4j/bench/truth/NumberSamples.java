package io.mlops4j.bench.truth;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;

/** Two samples of numbers, each in ascending order, which no rule minds and which sorts fast. */
final class NumberSamples {
  private final double[] reference;
  private final double[] current;

  private NumberSamples(double[] reference, double[] current) {
    this.reference = reference;
    this.current = current;
  }

  /** Independent values; something is added to those of the current sample. */
  static NumberSamples draw(
      SplittableRandom random,
      int before,
      int after,
      ToDoubleFunction<SplittableRandom> value,
      double shift) {
    return new NumberSamples(draw(random, before, value, 0), draw(random, after, value, shift));
  }

  private static double[] draw(
      SplittableRandom random, int rows, ToDoubleFunction<SplittableRandom> value, double shift) {
    double[] values = new double[rows];
    Arrays.setAll(values, row -> value.applyAsDouble(random) + shift);
    Arrays.sort(values);
    return values;
  }

  double[] reference() {
    return reference;
  }

  double[] current() {
    return current;
  }
}
