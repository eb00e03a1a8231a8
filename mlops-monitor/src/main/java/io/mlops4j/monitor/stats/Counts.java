package io.mlops4j.monitor.stats;

import java.util.Objects;

/** The validated counts of two samples in the same bins. Lives for one call and does not copy. */
final class Counts {
  private final long[] reference;
  private final long[] current;
  private final long referenceRows;
  private final long currentRows;

  private Counts(long[] reference, long[] current) {
    this.reference = reference;
    this.current = current;
    this.referenceRows = total(reference, "reference");
    this.currentRows = total(current, "current");
  }

  static Counts of(long[] reference, long[] current) {
    Objects.requireNonNull(reference, "reference");
    Objects.requireNonNull(current, "current");
    if (reference.length != current.length) {
      throw new IllegalArgumentException(
          "reference has %s bins, current has %s: both must be counted in the same bins"
              .formatted(reference.length, current.length));
    }
    return new Counts(reference, current);
  }

  private static long total(long[] counts, String name) {
    long total = 0;
    for (int i = 0; i < counts.length; i++) {
      if (counts[i] < 0) {
        throw new IllegalArgumentException(
            name + "[" + i + "] = " + counts[i] + ": a count must not be negative");
      }
      total = Math.addExact(total, counts[i]);
    }
    if (total == 0) {
      throw new IllegalArgumentException(
          name
              + " counts no rows in its "
              + counts.length
              + " bins, at least one row is needed: check the row count first");
    }
    return total;
  }

  int bins() {
    return reference.length;
  }

  long reference(int bin) {
    return reference[bin];
  }

  long current(int bin) {
    return current[bin];
  }

  long referenceRows() {
    return referenceRows;
  }

  long currentRows() {
    return currentRows;
  }

  double referenceShare(int bin) {
    return reference[bin] / (double) referenceRows;
  }

  double currentShare(int bin) {
    return current[bin] / (double) currentRows;
  }

  /**
   * Whether either sample has a row in the bin. A bin that is empty in both samples carries no
   * information.
   */
  boolean isUsed(int bin) {
    return reference[bin] + current[bin] > 0;
  }

  int usedBins() {
    int used = 0;
    for (int i = 0; i < bins(); i++) {
      used += isUsed(i) ? 1 : 0;
    }
    return used;
  }

  /** The largest share that either sample has in one bin. */
  double largestShare() {
    long fullest = 0;
    long other = 0;
    for (int i = 0; i < bins(); i++) {
      fullest = Math.max(fullest, reference[i]);
      other = Math.max(other, current[i]);
    }
    return Math.max(fullest / (double) referenceRows, other / (double) currentRows);
  }

  /** Sum over the bins of a function of both shares. */
  double sum(ShareFunction function) {
    double sum = 0;
    for (int i = 0; i < bins(); i++) {
      sum += function.apply(referenceShare(i), currentShare(i));
    }
    return sum;
  }

  double max(ShareFunction function) {
    double max = 0;
    for (int i = 0; i < bins(); i++) {
      max = Math.max(max, function.apply(referenceShare(i), currentShare(i)));
    }
    return max;
  }

  /**
   * A term of a divergence: {@code p} is the reference's share of a bin, {@code q} the current
   * share.
   */
  @FunctionalInterface
  interface ShareFunction {
    double apply(double p, double q);
  }
}
