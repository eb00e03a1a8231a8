package io.mlops4j.monitor.stream;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
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

  static double[] negated(double[] values) {
    return Arrays.stream(values).map(v -> -v).toArray();
  }

  /** The places, from 0, at which a detector gives a signal. */
  static List<Integer> places(ChangeDetector detector, double[] values, Signal wanted) {
    List<Integer> places = new ArrayList<>();
    for (int i = 0; i < values.length; i++) {
      if (detector.add(values[i]) == wanted) {
        places.add(i);
      }
    }
    return places;
  }

  /** The number of rows until a change, or more than asked for if there is none. */
  static int rowsToChange(ChangeDetector detector, DoubleSupplier values, int most) {
    for (int row = 1; row <= most; row++) {
      if (detector.add(values.getAsDouble()) == Signal.CHANGE) {
        return row;
      }
    }
    return most + 1;
  }

  /** A martingale against 64 bins with edges at the quantiles of a reference. */
  static ConformalMartingale binned(ConformalMartingale.Settings settings, double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    double[] edges = new double[63];
    Arrays.setAll(edges, k -> sorted[(k + 1) * sorted.length / 64]);
    long[] counts = new long[64];
    for (double value : values) {
      int found = Arrays.binarySearch(edges, value);
      counts[found < 0 ? -found - 1 : found]++;
    }
    return settings.against(edges, counts);
  }

  /** A stream that make_streams.py made. */
  static double[] published(String name) {
    return lines("streams.csv").stream()
        .filter(line -> line.startsWith(name + ","))
        .flatMapToInt(line -> line.substring(name.length() + 1).chars())
        .mapToDouble(digit -> digit - '0')
        .toArray();
  }

  static List<String> lines(String resource) {
    try (InputStream in = Streams.class.getResourceAsStream(resource)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
