package io.mlops4j.monitor.stream;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.DoubleSupplier;

/** Streams for tests, and how detectors answer them. */
final class Streams {
  private Streams() {}

  /** Normal numbers by Box and Muller, the same on every JDK. */
  static DoubleSupplier normal(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    return () ->
        StrictMath.sqrt(-2 * StrictMath.log(1 - random.nextDouble()))
            * StrictMath.cos(2 * Math.PI * random.nextDouble());
  }

  static double[] normals(long seed, int rows) {
    DoubleSupplier normal = normal(seed);
    double[] values = new double[rows];
    Arrays.setAll(values, i -> normal.getAsDouble());
    return values;
  }

  /** Normal numbers whose mean moves once. */
  static double[] shifted(long seed, int rows, int from, double shift) {
    double[] values = normals(seed, rows);
    for (int i = from; i < rows; i++) {
      values[i] += shift;
    }
    return values;
  }

  /** The places, from 0, at which a detector gives a signal. */
  static List<Integer> places(EDetector detector, double[] values, Signal wanted) {
    List<Integer> places = new ArrayList<>();
    for (int i = 0; i < values.length; i++) {
      if (detector.add(values[i]) == wanted) {
        places.add(i);
      }
    }
    return places;
  }

  /** The number of rows until a change, or more than asked for if there is none. */
  static int rowsToChange(EDetector detector, DoubleSupplier values, int most) {
    for (int row = 1; row <= most; row++) {
      if (detector.add(values.getAsDouble()) == Signal.CHANGE) {
        return row;
      }
    }
    return most + 1;
  }
}
