package io.mlops4j.monitor.stream;

import java.util.Arrays;

/**
 * Counts of a reference and of all values since, in bins that never change, and the smoothed rank
 * of a value among them. A Fenwick tree gives the counts above a bin in O(log bins).
 *
 * <p>There are two kinds of bins:
 *
 * <ul>
 *   <li>Given by edges: bin {@code k} holds values above edge {@code k - 1} up to and including
 *       edge {@code k}. The rank is that of conformal prediction, {@code (above + u equal) / all},
 *       with the value itself among the equal ones.
 *   <li>The gaps between neighbours of a reference of n values, each counted once more than it
 *       holds values. Equal values are ordered by random labels, so that there are n + 1 gaps.
 *       Whatever the distribution, a value falls into a gap with the probability count / all
 *       counts, given the gaps of earlier values (Pólya's urn). So {@code (above + u equal) / all},
 *       before the value is counted, is uniform and independent of earlier ranks, although no value
 *       is kept.
 * </ul>
 */
final class RankCounts {
  private static final int MOST_BINS = 1 << 26;
  private static final long MOST_ROWS = 1L << 53; // whole as doubles

  private final double[] points; // edges, or the sorted reference
  private final double[] labels; // of the reference, ascending among equal values; else empty
  private final long[] reference;
  private final long[] counts;
  private final long[] tree; // tree[i] counts the bins from i - lowestOneBit(i) to i - 1
  private long total;

  private RankCounts(double[] points, double[] labels, long[] reference, long[] counts) {
    this.points = points;
    this.labels = labels;
    this.reference = reference;
    this.counts = counts;
    this.tree = new long[counts.length + 1];
    total = sum(counts);
    buildTree();
  }

  /** Bins with given edges. */
  static RankCounts ofBins(double[] edges, long[] reference) {
    if (reference.length != edges.length + 1) {
      throw new IllegalArgumentException(
          "counts: found %d, expected one more than the %d edges"
              .formatted(reference.length, edges.length));
    }
    for (int i = 0; i < edges.length; i++) {
      Check.finite("edge", edges[i]);
      if (i > 0 && edges[i] <= edges[i - 1]) {
        throw new IllegalArgumentException(
            "edges: found " + edges[i] + " after " + edges[i - 1] + ", expected ascending ones");
      }
    }
    if (sum(reference) == 0) {
      throw new IllegalArgumentException("counts: found no row, expected at least one");
    }
    return new RankCounts(normal(edges), new double[0], reference.clone(), reference.clone());
  }

  /**
   * The gaps of a reference.
   *
   * @param seed of the labels
   */
  static RankCounts ofValues(double[] values, long seed) {
    double[] sorted = normal(Arrays.stream(values).filter(v -> !Double.isNaN(v)).toArray());
    Check.between("reference, number of values", sorted.length, 1, MOST_BINS);
    Arrays.sort(sorted);
    long[] ones = new long[sorted.length + 1];
    Arrays.fill(ones, 1);
    return new RankCounts(sorted, labels(sorted, seed), ones, ones.clone());
  }

  private static double[] labels(double[] sorted, long seed) {
    double[] labels = new double[sorted.length];
    UniformNumbers random = new UniformNumbers(seed);
    Arrays.setAll(labels, i -> random.next());
    int from = 0;
    for (int i = 1; i <= sorted.length; i++) {
      if (i == sorted.length || sorted[i] > sorted[from]) {
        Arrays.sort(labels, from, i);
        from = i;
      }
    }
    return labels;
  }

  private static long sum(long[] counts) {
    long sum = 0;
    for (long count : counts) {
      if (count < 0 || count > MOST_ROWS - sum) {
        throw new IllegalArgumentException(
            "counts: found %d after a sum of %d, expected 0 or more, and a sum of at most 2^53"
                .formatted(count, sum));
      }
      sum += count;
    }
    return sum;
  }

  /** A copy in which -0 is 0, which it equals. */
  private static double[] normal(double[] values) {
    double[] copy = values.clone();
    Arrays.setAll(copy, i -> copy[i] + 0.0);
    return copy;
  }

  private void buildTree() {
    Arrays.fill(tree, 0);
    for (int i = 1; i < tree.length; i++) {
      tree[i] += counts[i - 1];
      int parent = i + Integer.lowestOneBit(i);
      if (parent < tree.length) {
        tree[parent] += tree[i];
      }
    }
  }

  /** Forgets all values but the reference. */
  void clear() {
    System.arraycopy(reference, 0, counts, 0, counts.length);
    total = sum(reference);
    buildTree();
  }

  /**
   * Counts a value and returns its smoothed rank from above.
   *
   * @param random two numbers are taken from it
   * @return a number from 0 to 1
   */
  double rank(double value, UniformNumbers random) {
    int bin = bin(value + 0.0, random.next());
    boolean counted = labels.length == 0;
    if (counted) {
      count(bin);
    }
    long upTo = 0;
    for (int i = bin + 1; i > 0; i -= Integer.lowestOneBit(i)) {
      upTo += tree[i];
    }
    double rank = (total - upTo + random.next() * counts[bin]) / total;
    if (!counted) {
      count(bin);
    }
    return rank;
  }

  private void count(int bin) {
    total++;
    counts[bin]++;
    for (int i = bin + 1; i < tree.length; i += Integer.lowestOneBit(i)) {
      tree[i]++;
    }
  }

  /** The number of points that are below a value, or equal to it with a label below. */
  private int bin(double value, double label) {
    int low = 0;
    int high = points.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      boolean below =
          points[middle] < value
              || (labels.length > 0 && points[middle] == value && labels[middle] < label);
      if (below) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** The number of values counted since the reference. */
  long added() {
    return total - sum(reference);
  }

  void write(SnapshotWriter out) {
    out.put((byte) (labels.length > 0 ? 1 : 0)).put(points.length).put(points);
    if (labels.length == 0) {
      out.put(reference);
    }
    out.put(counts);
  }

  static RankCounts read(SnapshotReader in, long seed) {
    boolean gaps = in.flag();
    int size = in.length((gaps ? 2 : 3) * Long.BYTES);
    double[] points = new double[size];
    for (int i = 0; i < size; i++) {
      points[i] = gaps ? in.number() : in.finite();
    }
    RankCounts started = gaps ? ofValues(points, seed) : ofBins(points, in.counts(size + 1));
    SnapshotReader.check(Arrays.equals(points, started.points), "its reference is not sorted");
    long[] counts = in.counts(size + 1);
    for (int i = 0; i <= size; i++) {
      SnapshotReader.check(
          counts[i] >= started.reference[i], "a bin has fewer rows than its reference");
    }
    return new RankCounts(points, started.labels, started.reference, counts);
  }
}
