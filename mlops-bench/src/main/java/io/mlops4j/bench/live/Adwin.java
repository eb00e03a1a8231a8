package io.mlops4j.bench.live;

import java.util.Arrays;

/**
 * ADWIN by Bifet and Gavaldà, "Learning from time-changing data with adaptive windowing", 2007,
 * algorithm ADWIN2, with the settings of MOA, whose windows it reproduces. It keeps the longest
 * window of recent rows whose mean has not changed. The window is cut into an older part of n0 rows
 * and a newer one of n1 rows, at each border of its buckets. While some cut has
 *
 * <pre>
 * |mean0 - mean1| &gt; sqrt(2 m s2 d) + 2/3 m d,
 *   m = 1/(n0 - k + 1) + 1/(n1 - k + 1),  d = ln(2 ln(n) / delta)
 * </pre>
 *
 * the oldest bucket is dropped, and a change is reported. s2 is the variance of the window, n its
 * rows, k = 5 the smallest part. It looks at every 32nd row.
 *
 * <p>Level {@code i} of the buckets has {@code 2^i} rows each, older ones before newer ones. Each
 * bucket keeps the mean of its rows and the sum of squared deviations from it. Means are merged
 * from buckets at every look, never updated by subtraction.
 */
final class Adwin {
  private static final double DELTA = 0.002;
  private static final int MOST_BUCKETS = 5;
  private static final int STRIDE = MOST_BUCKETS + 1;
  private static final int CLOCK = 32;
  private static final int SMALLEST_PART = 5;
  private static final int SHORTEST_WINDOW = 10;

  private int[] used = new int[1];
  private double[] means = new double[STRIDE];
  private double[] squares = new double[STRIDE];
  private double[] newerMeans = new double[STRIDE]; // of rows that are newer; valid during a look
  private long width;
  private long rows;

  /**
   * Reads a value, and returns whether the mean has changed. NaN and infinite values are skipped.
   */
  boolean changes(double value) {
    if (!Double.isFinite(value)) {
      return false;
    }
    add(value);
    if (++rows % CLOCK != 0 || width <= SHORTEST_WINDOW) {
      return false;
    }
    boolean change = false;
    while (largestDifference() > 1) {
      dropOldest();
      change = true;
    }
    return change;
  }

  long width() {
    return width;
  }

  private void add(double value) {
    append(0, value, 0);
    width++;
    for (int level = 0; used[level] == STRIDE; level++) {
      mergeOldest(level);
    }
  }

  private void append(int level, double mean, double square) {
    int at = level * STRIDE + used[level]++;
    means[at] = mean;
    squares[at] = square;
  }

  /** Merges the two oldest buckets of a full level into one of the next. */
  private void mergeOldest(int level) {
    if (level + 1 == used.length) {
      grow();
    }
    int at = level * STRIDE;
    double apart = means[at] - means[at + 1];
    double half = 0.5 * (1L << level);
    append(
        level + 1,
        0.5 * means[at] + 0.5 * means[at + 1],
        squares[at] + squares[at + 1] + half * apart * apart);
    remove(level, 2);
  }

  private void grow() {
    int levels = used.length + 1;
    used = Arrays.copyOf(used, levels);
    means = Arrays.copyOf(means, levels * STRIDE);
    squares = Arrays.copyOf(squares, levels * STRIDE);
    newerMeans = Arrays.copyOf(newerMeans, levels * STRIDE);
  }

  private void remove(int level, int oldest) {
    int at = level * STRIDE;
    used[level] -= oldest;
    System.arraycopy(means, at + oldest, means, at, used[level]);
    System.arraycopy(squares, at + oldest, squares, at, used[level]);
  }

  private void dropOldest() {
    int level = used.length - 1;
    while (used[level] == 0) {
      level--;
    }
    remove(level, 1);
    width -= 1L << level;
  }

  double mean() {
    double mean = 0;
    long rows = 0;
    for (int level = 0; level < used.length; level++) {
      for (int i = used[level] - 1; i >= 0; i--) {
        rows += 1L << level;
        mean = merged(mean, means[level * STRIDE + i], (double) (1L << level) / rows);
      }
    }
    return mean;
  }

  /** The population variance of the window, and {@link #newerMeans} on the way. */
  double variance() {
    double mean = 0;
    double square = 0;
    long rows = 0;
    for (int level = 0; level < used.length; level++) {
      long size = 1L << level;
      for (int i = used[level] - 1; i >= 0; i--) {
        int at = level * STRIDE + i;
        newerMeans[at] = mean;
        if (rows > 0) {
          double apart = means[at] - mean;
          square += (double) rows * size / (rows + size) * apart * apart;
        }
        square += squares[at];
        rows += size;
        mean = merged(mean, means[at], (double) size / rows);
      }
    }
    return rows == 0 ? 0 : square / rows;
  }

  private static double merged(double mean, double other, double share) {
    return mean * (1 - share) + other * share;
  }

  /** The largest difference of the means of two parts of the window, divided by what is allowed. */
  private double largestDifference() {
    double variance = variance();
    double confidence = StrictMath.log(2 * StrictMath.log((double) width) / DELTA);
    double largest = 0;
    double olderMean = 0;
    long older = 0;
    for (int level = used.length - 1; level >= 0; level--) {
      for (int i = 0; i < used[level]; i++) {
        int at = level * STRIDE + i;
        older += 1L << level;
        olderMean = merged(olderMean, means[at], (double) (1L << level) / older);
        long newer = width - older;
        if (older > SMALLEST_PART + 1 && newer > SMALLEST_PART + 1) {
          double m = 1.0 / (older - SMALLEST_PART + 1) + 1.0 / (newer - SMALLEST_PART + 1);
          double allowed = Math.sqrt(2 * m * variance * confidence) + 2.0 / 3 * confidence * m;
          double difference = Math.abs(olderMean - newerMeans[at]);
          if (allowed < Double.POSITIVE_INFINITY) {
            largest = Math.max(largest, difference / allowed);
          }
        }
      }
    }
    return largest;
  }
}
