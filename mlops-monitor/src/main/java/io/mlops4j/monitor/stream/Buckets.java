package io.mlops4j.monitor.stream;

import java.util.Arrays;

/**
 * The exponential histogram of a window (Bifet and Gavaldà 2007, section 4). Level {@code i} has
 * buckets of {@code 2^i} rows each, older levels before newer ones, and at most {@code most} of
 * them. Each bucket keeps the mean of its rows and the sum of squared deviations from it.
 *
 * <p>Means of the parts of a window are merged from buckets at every look, never updated by
 * subtraction, so that large values leave no error behind when they leave the window. The sums may
 * overflow to infinity, but never become NaN.
 */
final class Buckets {
  private static final int MOST_LEVELS = 48;

  private final int most;
  private final int stride;
  private int[] used = new int[1];
  private double[] means;
  private double[] squares;
  private double[] newerMeans; // of the rows that are newer than a bucket; valid during a look
  private long width;

  Buckets(int most) {
    this.most = most;
    this.stride = most + 1;
    this.means = new double[stride];
    this.squares = new double[stride];
    this.newerMeans = new double[stride];
  }

  long width() {
    return width;
  }

  void clear() {
    Arrays.fill(used, 0);
    width = 0;
  }

  void add(double value) {
    append(0, value, 0);
    width++;
    for (int level = 0; used[level] == stride; level++) {
      mergeOldest(level);
    }
  }

  private void append(int level, double mean, double square) {
    int at = level * stride + used[level]++;
    means[at] = mean;
    squares[at] = square;
  }

  /** Merges the two oldest buckets of a full level into one of the next. */
  private void mergeOldest(int level) {
    if (level + 1 == used.length) {
      grow();
    }
    int at = level * stride;
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
    means = Arrays.copyOf(means, levels * stride);
    squares = Arrays.copyOf(squares, levels * stride);
    newerMeans = Arrays.copyOf(newerMeans, levels * stride);
  }

  private void remove(int level, int oldest) {
    int at = level * stride;
    used[level] -= oldest;
    System.arraycopy(means, at + oldest, means, at, used[level]);
    System.arraycopy(squares, at + oldest, squares, at, used[level]);
  }

  void dropOldest() {
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
        mean = merged(mean, means[level * stride + i], (double) (1L << level) / rows);
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
        int at = level * stride + i;
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

  /**
   * The largest difference of the means of two parts of the window, divided by what chance allows.
   *
   * @param delta the confidence of one look
   * @param smallest parts of up to one row more are not compared
   * @return 0 if no parts are large enough
   */
  double largestDifference(double delta, int smallest) {
    double variance = variance();
    double confidence = StrictMath.log(2 * StrictMath.log((double) width) / delta);
    double largest = 0;
    double olderMean = 0;
    long older = 0;
    for (int level = used.length - 1; level >= 0; level--) {
      for (int i = 0; i < used[level]; i++) {
        int at = level * stride + i;
        older += 1L << level;
        olderMean = merged(olderMean, means[at], (double) (1L << level) / older);
        long newer = width - older;
        if (older > smallest + 1 && newer > smallest + 1) {
          double m = 1.0 / (older - smallest + 1) + 1.0 / (newer - smallest + 1);
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

  void write(SnapshotWriter out) {
    int levels = used.length;
    while (levels > 1 && used[levels - 1] == 0) {
      levels--;
    }
    out.put(levels);
    for (int level = 0; level < levels; level++) {
      out.put(used[level]);
      for (int i = 0; i < used[level]; i++) {
        out.put(means[level * stride + i]).put(squares[level * stride + i]);
      }
    }
  }

  void read(SnapshotReader in) {
    int levels = in.length(Integer.BYTES);
    SnapshotReader.check(levels >= 1 && levels <= MOST_LEVELS, "found " + levels + " levels");
    while (used.length < levels) {
      grow();
    }
    for (int level = 0; level < levels; level++) {
      int buckets = in.length(2 * Double.BYTES);
      SnapshotReader.check(
          buckets <= most && buckets >= (level + 1 < levels ? most - 1 : Math.min(level, 1)),
          "found " + buckets + " buckets");
      for (int i = 0; i < buckets; i++) {
        append(level, in.finite(), in.positive());
      }
      width += (long) buckets << level;
    }
  }
}
