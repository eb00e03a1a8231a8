package io.mlops4j.bench.truth;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.ToIntFunction;

/** Counts of the same categories in two samples. */
final class Categories {
  private final long[] reference;
  private final long[] current;

  private Categories(long[] reference, long[] current) {
    this.reference = reference;
    this.current = current;
  }

  /**
   * Independent rows.
   *
   * @param moved the share of the current sample's rows that are made the first category
   */
  static Categories draw(
      SplittableRandom random,
      int categories,
      int before,
      int after,
      ToIntFunction<SplittableRandom> category,
      double moved) {
    long[] reference = new long[categories];
    for (int row = 0; row < before; row++) {
      reference[category.applyAsInt(random)]++;
    }
    long[] current = new long[categories];
    for (int row = 0; row < after; row++) {
      int drawn = category.applyAsInt(random);
      current[random.nextDouble() < moved ? 0 : drawn]++;
    }
    return new Categories(reference, current);
  }

  /** Draws category k with a share that falls as 1 / (k + 1). */
  static ToIntFunction<SplittableRandom> falling(int categories) {
    double[] upTo = new double[categories];
    double sum = 0;
    for (int k = 0; k < categories; k++) {
      sum += 1.0 / (k + 1);
      upTo[k] = sum;
    }
    double all = sum;
    return random -> {
      int at = Arrays.binarySearch(upTo, random.nextDouble() * all);
      return Math.min(categories - 1, at < 0 ? -at - 1 : at);
    };
  }

  long[] reference() {
    return reference;
  }

  long[] current() {
    return current;
  }
}
