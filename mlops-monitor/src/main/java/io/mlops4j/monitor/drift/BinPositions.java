package io.mlops4j.monitor.drift;

import io.mlops4j.monitor.profile.NumberProfile;
import io.mlops4j.monitor.profile.parts.NumberParts;

/**
 * The positions of the rows of each bin when a distance is computed from bins, and the possible
 * error of these positions.
 *
 * <p>Inside the range of the reference the position is the mean of the reference's rows in the bin.
 * Beyond the range there are only current rows, between the edge of the range and their extreme. If
 * they lie on one side, their mean follows exactly from the mean of all current rows. If they lie
 * on both sides, the middle is taken. Rows between a and b with the mean c are on average at most 2
 * (c - a) (b - c) / (b - a) away from c. Their distance from any place is at most that of the
 * further end.
 */
final class BinPositions {
  private final NumberProfile reference;
  private final NumberProfile current;
  private final double[] edges;
  private final long[] before;
  private final long[] after;
  private final int last;
  private final double[] positions;

  BinPositions(NumberProfile reference, NumberProfile current) {
    this.reference = reference;
    this.current = current;
    this.edges = NumberParts.edges(reference);
    this.before = NumberParts.counts(reference);
    this.after = NumberParts.counts(current);
    this.last = edges.length;
    this.positions = reference.positions();
    if (last > 0 && current.present() > current.infinite()) {
      placeOuter();
    }
  }

  private void placeOuter() {
    positions[0] = edges[0] / 2 + low(0) / 2;
    positions[last] = edges[last - 1] / 2 + high(last) / 2;
    if (isOneSided()) {
      int outer = outer();
      positions[outer] = Math.min(Math.max(meanOf(outer), low(outer)), high(outer));
    }
  }

  /** Whether the mean of the rows beyond the range can be known. */
  private boolean isOneSided() {
    return (after[0] == 0) != (after[last] == 0) && current.infinite() == 0;
  }

  private int outer() {
    return after[0] > 0 ? 0 : last;
  }

  private double meanOf(int outer) {
    double mean = current.mean();
    double others = 0;
    for (int bin = 0; bin <= last; bin++) {
      others += bin == outer ? 0 : after[bin] * (positions[bin] - mean);
    }
    return mean - others / after[outer];
  }

  private double low(int bin) {
    return bin == 0 ? Math.min(edges[0], current.min()) : edges[bin - 1];
  }

  private double high(int bin) {
    return bin == last ? Math.max(edges[last - 1], current.max()) : edges[bin];
  }

  double[] positions() {
    return positions;
  }

  /** The possible error of a Wasserstein distance over the positions, in the unit of the values. */
  double error() {
    if (last == 0) {
      return 0;
    }
    double ours = 0;
    double theirs = 0;
    for (int bin = 0; bin <= last; bin++) {
      theirs += before[bin] * spread(bin, 0);
      ours += isOneSided() && bin == outer() ? 0 : after[bin] * reach(bin);
    }
    double error = ours / Math.max(1, current.present());
    if (isOneSided()) {
      // the uncertainty about the other rows shifts the mean of these
      double slack = ours / after[outer()];
      double off = Math.min(slack + spread(outer(), slack), reach(outer()));
      error += after[outer()] * off / current.present();
    }
    return error + theirs / Math.max(1, reference.present());
  }

  private boolean isOneValue(int bin) {
    return Math.nextUp(low(bin)) >= high(bin);
  }

  private double reach(int bin) {
    return isOneValue(bin) ? 0 : Math.max(positions[bin] - low(bin), high(bin) - positions[bin]);
  }

  /** An upper bound of the mean distance from a mean that is within the slack of the position. */
  private double spread(int bin, double slack) {
    double a = low(bin);
    double b = high(bin);
    if (isOneValue(bin)) {
      return 0;
    }
    double middle = a / 2 + b / 2;
    double mean = Math.min(Math.max(middle, positions[bin] - slack), positions[bin] + slack);
    return 2 * Math.max(0, mean - a) * (Math.max(0, b - mean) / (b - a));
  }
}
