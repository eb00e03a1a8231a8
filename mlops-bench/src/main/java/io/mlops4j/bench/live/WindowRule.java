package io.mlops4j.bench.live;

import java.util.function.Predicate;

/** A rule that compares a window of a column with reference rows of it. */
interface WindowRule {
  String name();

  /**
   * Prepares a column of numbers.
   *
   * @return whether a window has drifted
   */
  Predicate<double[]> numbers(double[] reference);

  /**
   * Prepares a column of categories.
   *
   * @return whether a window has drifted
   */
  Predicate<int[]> categories(int[] reference);
}
