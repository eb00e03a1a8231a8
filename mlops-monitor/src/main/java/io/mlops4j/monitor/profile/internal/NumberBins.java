package io.mlops4j.monitor.profile.internal;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Intervals that cover the line. Bin k holds the numbers above {@code edges[k - 1]} up to and
 * including {@code edges[k]}. The outer edges are infinite and not kept.
 *
 * <p>Up to {@link #EXACT} distinct values have their own bin each, from just below the value to the
 * value. The gaps between them are bins too, empty in the reference. More values are cut at
 * quantiles; equal cuts are merged. Two outer bins hold values beyond the reference.
 */
public final class NumberBins {
  public static final int MOST = 256;
  public static final int EXACT = 127;
  private static final int QUANTILES = MOST - 2;

  private final double[] edges;
  private final double[] positions;
  private final boolean exact;
  private volatile @Nullable BinLookup lookup;

  /**
   * @param edges finite, ascending, one less than there are bins
   * @param positions the assumed positions of the rows of each bin, ascending
   * @param exact whether each distinct value of the reference has its own bin
   */
  public NumberBins(double[] edges, double[] positions, boolean exact) {
    this.edges = edges;
    this.positions = positions;
    this.exact = exact;
  }

  /** Cuts the first {@code length} values, which are sorted and hold no NaN and no -0. */
  public static NumberBins of(double[] sorted, int length) {
    double[] distinct = distinct(sorted, length);
    boolean exact = distinct.length <= EXACT;
    double[] edges = exact ? around(distinct) : quantiles(sorted, length);
    return new NumberBins(edges, positions(edges, sorted, length), exact);
  }

  /** The distinct finite values, or one more than allowed if there are too many. */
  private static double[] distinct(double[] sorted, int length) {
    double[] distinct = new double[EXACT + 1];
    int found = 0;
    for (int i = 0; i < length && found <= EXACT; i++) {
      if (Double.isFinite(sorted[i]) && (found == 0 || sorted[i] > distinct[found - 1])) {
        distinct[found++] = sorted[i];
      }
    }
    return Arrays.copyOf(distinct, found);
  }

  private static double[] around(double[] distinct) {
    Edges edges = new Edges();
    for (double value : distinct) {
      edges.add(Math.nextDown(value));
      edges.add(value);
    }
    return edges.toArray();
  }

  /** Cuts from just below the smallest finite value to the largest; the outer bins lie beyond. */
  private static double[] quantiles(double[] sorted, int length) {
    int from = 0;
    int to = length;
    while (Double.isInfinite(sorted[from])) {
      from++;
    }
    while (Double.isInfinite(sorted[to - 1])) {
      to--;
    }
    Edges edges = new Edges();
    edges.add(Math.nextDown(sorted[from]));
    long finite = (long) to - from;
    for (int k = 1; k <= QUANTILES; k++) {
      edges.add(sorted[from - 1 + (int) ((k * finite + QUANTILES - 1) / QUANTILES)]);
    }
    return edges.toArray();
  }

  /** The mean of the values in each bin; for an empty bin its middle, or its finite edge. */
  private static double[] positions(double[] edges, double[] sorted, int length) {
    double[] positions = new double[edges.length + 1];
    int next = 0;
    for (int bin = 0; bin <= edges.length; bin++) {
      double low = bin == 0 ? Double.NEGATIVE_INFINITY : edges[bin - 1];
      double high = bin == edges.length ? Double.POSITIVE_INFINITY : edges[bin];
      double mean = 0;
      long finite = 0;
      for (; next < length && sorted[next] <= high; next++) {
        if (Double.isFinite(sorted[next])) {
          mean += sorted[next] / ++finite - mean / finite;
        }
      }
      positions[bin] = clamp(finite > 0 ? mean : middle(low, high), low, high);
    }
    return positions;
  }

  private static double middle(double low, double high) {
    if (Double.isInfinite(low)) {
      return Double.isInfinite(high) ? 0 : high;
    }
    return Double.isInfinite(high) ? low : low / 2 + high / 2;
  }

  private static double clamp(double position, double low, double high) {
    double above = Double.isInfinite(low) ? -Double.MAX_VALUE : Math.nextUp(low);
    return Math.min(Math.max(position, above), Math.min(high, Double.MAX_VALUE));
  }

  public int size() {
    return edges.length + 1;
  }

  /**
   * Returns the lookup. It takes six kilobytes and is created when it is first needed. All counters
   * of these bins share it.
   */
  public BinLookup lookup() {
    BinLookup known = lookup;
    if (known == null) {
      known = new BinLookup(edges);
      lookup = known; // two threads may create equal ones
    }
    return known;
  }

  /** Whether the bin holds exactly one double. */
  public boolean isOneValue(int bin) {
    return bin > 0 && bin < edges.length && Math.nextUp(edges[bin - 1]) == edges[bin];
  }

  /** The largest number that a bin, except the last, can hold. */
  public double upperEdge(int bin) {
    return edges[bin];
  }

  public double[] edges() {
    return edges.clone();
  }

  public double[] positions() {
    return positions.clone();
  }

  public boolean exact() {
    return exact;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof NumberBins that
        && exact == that.exact
        && Arrays.equals(edges, that.edges)
        && Arrays.equals(positions, that.positions);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(edges);
  }

  /**
   * Ascending finite numbers. Values that are not above the last one are left out, and so is the
   * largest double, because no bin above it could have a finite position.
   */
  private static final class Edges {
    private final double[] values = new double[MOST];
    private int size;

    void add(double value) {
      if (Double.isFinite(value)
          && value < Double.MAX_VALUE
          && (size == 0 || value > values[size - 1])) {
        values[size++] = value;
      }
    }

    double[] toArray() {
      return Arrays.copyOf(values, size);
    }
  }
}
