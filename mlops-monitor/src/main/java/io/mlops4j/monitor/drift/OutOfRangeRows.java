package io.mlops4j.monitor.drift;

import io.mlops4j.monitor.profile.NumberProfile;
import io.mlops4j.monitor.profile.parts.NumberParts;

/**
 * The current rows beyond the range of the reference, in its outer bins, and their distance from
 * it. An outer bin that holds rows of the reference, which can only be infinite ones, is left out.
 *
 * <p>If all of them lie on one side, the mean of all current rows determines their mean. If they
 * lie on both sides, the sum of their distances is at least the sum of their squared distances from
 * a point, divided by the greatest of these distances. Both follow from mean, variance and extremes
 * of all current rows.
 */
final class OutOfRangeRows {
  private final NumberProfile reference;
  private final NumberProfile current;
  private final double[] edges;
  private final long[] before;
  private final long[] after;
  private final int last;

  OutOfRangeRows(NumberProfile reference, NumberProfile current) {
    this.reference = reference;
    this.current = current;
    this.edges = NumberParts.edges(reference);
    this.before = NumberParts.counts(reference);
    this.after = NumberParts.counts(current);
    this.last = edges.length;
  }

  long below() {
    return last > 0 && before[0] == 0 ? after[0] : 0;
  }

  long above() {
    return last > 0 && before[last] == 0 ? after[last] : 0;
  }

  long rows() {
    return below() + above();
  }

  double share() {
    return (double) rows() / current.present();
  }

  /**
   * A lower bound of the sum of their distances to the range over all current rows, in deviations.
   */
  double distance() {
    double ways = current.infinite() > 0 ? infinite() : finite();
    return ways == 0 ? 0 : ways / current.present() / reference.deviation();
  }

  /**
   * Returns infinity if the reference has no infinite rows, because infinite current rows are in
   * the outer bins; otherwise 0.
   */
  private double infinite() {
    return reference.infinite() == 0 ? Double.POSITIVE_INFINITY : 0;
  }

  private double finite() {
    double[] positions = new BinPositions(reference, current).positions();
    if (above() == 0) {
      return below() * (edges[0] - positions[0]);
    }
    return below() == 0 ? above() * (positions[last] - edges[last - 1]) : ofBoth(positions);
  }

  private double ofBoth(double[] positions) {
    double middle = edges[0] / 2 + edges[last - 1] / 2;
    double reach = edges[last - 1] / 2 - edges[0] / 2;
    double furthest = Math.max(current.max() - middle, middle - current.min());
    double far = (current.mean() - middle) / furthest;
    double spread = current.deviation() / furthest;
    double squares = current.present() * (spread * spread + far * far);
    for (int bin = 1; bin < last; bin++) {
      double way = (positions[bin] - middle) / furthest;
      squares -= after[bin] * way * way;
    }
    double ways = squares * furthest - rows() * reach;
    return Double.isFinite(ways) ? Math.max(0, ways) : 0;
  }
}
