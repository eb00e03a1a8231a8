package io.mlops4j.monitor.profile;

import io.mlops4j.monitor.internal.Figures;
import io.mlops4j.monitor.profile.internal.ExactMoments;
import io.mlops4j.monitor.profile.internal.HyperLogLog;
import io.mlops4j.monitor.profile.internal.NumberBins;
import java.util.Arrays;
import java.util.Objects;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The profile of numbers, counted in bins that were frozen with the reference. Immutable.
 *
 * <p>A reference with at most 127 distinct values has a bin for each value and a bin for each gap
 * between two values. The gaps are empty in the reference, so an unseen number is visible. A
 * reference with more values is cut at the quantiles k/254 of its finite values; equal cuts are
 * merged. The two outer bins hold values beyond the reference's range, infinite values included.
 * Bin {@code k} holds numbers above edge {@code k - 1} up to and including edge {@code k}; the
 * outer edges are infinite. Null and NaN are missing: they are counted separately, in no bin. Every
 * type of integer and float is read as a double, which rounds 64-bit integers beyond 2^53.
 */
public final class NumberProfile implements ColumnProfile {
  private final String name;
  private final Role role;
  private final NumberBins bins;
  private final long[] counts;
  private final long missing;
  private final long infinite;
  private final double min;
  private final double max;
  private final ExactMoments moments;
  private final @Nullable HyperLogLog distinct;
  private volatile double deviation = Double.NaN; // not computed yet

  /**
   * @param min the smallest finite value, NaN without one
   * @param max the largest finite value, NaN without one
   * @param distinct null if written by version 1
   */
  NumberProfile(
      String name,
      Role role,
      NumberBins bins,
      long[] counts,
      long missing,
      long infinite,
      double min,
      double max,
      ExactMoments moments,
      @Nullable HyperLogLog distinct) {
    this.name = name;
    this.role = role;
    this.bins = bins;
    this.counts = counts;
    this.missing = missing;
    this.infinite = infinite;
    this.min = min;
    this.max = max;
    this.moments = moments;
    this.distinct = distinct;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Role role() {
    return role;
  }

  NumberBins bins() {
    return bins;
  }

  @Nullable HyperLogLog registers() {
    return distinct;
  }

  ExactMoments moments() {
    return moments;
  }

  /**
   * {@return the inner edges of the bins: finite, ascending, one less than there are bins; the
   * caller's copy}
   */
  public double[] edges() {
    return bins.edges();
  }

  /**
   * {@return the position of each bin for distances: the mean of the reference's values in the bin,
   * or the middle of an empty bin; finite, ascending; the caller's copy}
   */
  public double[] positions() {
    return bins.positions();
  }

  /**
   * {@return whether each distinct value of the reference has its own bin, so that binning lost
   * nothing}
   */
  public boolean exact() {
    return bins.exact();
  }

  /** {@return the number of values in each bin, without missing ones; the caller's copy} */
  public long[] counts() {
    return counts.clone();
  }

  /** {@return the number of values that are not missing, infinite ones included} */
  public long present() {
    return moments.count() + infinite;
  }

  /** {@return the number of values that are null or NaN} */
  public long missing() {
    return missing;
  }

  /** {@return the number of infinite values, which are in the outer bins and in no other figure} */
  public long infinite() {
    return infinite;
  }

  /** {@return the smallest finite value; NaN if there is none} */
  public double min() {
    return min;
  }

  /** {@return the largest finite value; NaN if there is none} */
  public double max() {
    return max;
  }

  /**
   * {@return the mean of the finite values, summed without rounding and rounded once; NaN if there
   * is none}
   */
  public double mean() {
    return moments.mean();
  }

  /**
   * {@return the population variance of the finite values, {@code (n S2 - S1^2) / n^2}, summed
   * without rounding and rounded once, so it is right even far from zero; NaN if there is none}
   */
  public double variance() {
    return moments.variance();
  }

  /** {@return the square root of {@link #variance}; NaN if there are no finite values} */
  public double deviation() {
    double known = deviation;
    if (Double.isNaN(known)) {
      known = moments.deviation(); // of big integers; a monitor needs it for each window
      deviation = known;
    }
    return known;
  }

  /**
   * Returns the number of distinct values, infinite ones included. It is exact if each value has
   * its own bin, otherwise an estimate with a standard error of 2.3 % (less for few values).
   *
   * @return 0 or more; empty for a profile that was written by version 1, unless it is exact
   */
  public OptionalLong distinct() {
    long used = 0;
    for (int bin = 0; bin < counts.length; bin++) {
      if (counts[bin] > 0 && !bins.isOneValue(bin)) {
        return distinct == null
            ? OptionalLong.empty()
            : OptionalLong.of(Math.min(present(), Math.max(1, distinct.estimate())));
      }
      used += counts[bin] > 0 ? 1 : 0;
    }
    return OptionalLong.of(used);
  }

  /**
   * Returns a number that at least a share of the values do not exceed: the upper edge of the bin
   * in which that share is reached, or the maximum in the last bin. The error of its rank is at
   * most {@link #quantileError}.
   *
   * @param share from 0 to 1
   * @return NaN if there are no finite values
   * @throws IllegalArgumentException if the share is not from 0 to 1
   */
  public double quantile(double share) {
    if (!(share >= 0 && share <= 1)) {
      throw new IllegalArgumentException("share: found " + share + ", expected 0 to 1");
    }
    double wanted = share * present();
    long below = 0;
    for (int bin = 0; bin < counts.length - 1; bin++) {
      below += counts[bin];
      if (below > 0 && below >= wanted) {
        return Math.min(bins.upperEdge(bin), max);
      }
    }
    return max;
  }

  /**
   * {@return the largest error of the rank of a {@link #quantile}: the share of the fullest bin; 0
   * if each value has its own bin, or if there are no values}
   */
  public double quantileError() {
    long fullest = 0;
    for (int bin = 0; bin < counts.length; bin++) {
      fullest = Math.max(fullest, bins.isOneValue(bin) ? 0 : counts[bin]);
    }
    return fullest == 0 ? 0 : (double) fullest / present();
  }

  @Override
  public boolean sameBins(ColumnProfile other) {
    return other instanceof NumberProfile that
        && name.equals(that.name)
        && role == that.role
        && bins.equals(that.bins);
  }

  /** Adds the counts of another profile with the same bins. */
  NumberProfile plus(NumberProfile other) {
    long[] sums = counts.clone();
    Arrays.setAll(sums, bin -> Math.addExact(counts[bin], other.counts[bin]));
    return new NumberProfile(
        name,
        role,
        bins,
        sums,
        Math.addExact(missing, other.missing),
        Math.addExact(infinite, other.infinite),
        least(min, other.min),
        -least(-max, -other.max),
        moments.plus(other.moments),
        distinct == null || other.distinct == null ? null : distinct.plus(other.distinct));
  }

  /** The lesser of two values, each NaN if there is none. */
  private static double least(double a, double b) {
    return Double.isNaN(a) || b < a ? b : a;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof NumberProfile that
        && sameBins(that)
        && Arrays.equals(counts, that.counts)
        && missing == that.missing
        && infinite == that.infinite
        && Double.compare(min, that.min) == 0
        && Double.compare(max, that.max) == 0
        && moments.equals(that.moments)
        && Objects.equals(distinct, that.distinct);
  }

  @Override
  public int hashCode() {
    return Objects.hash(name, role, Arrays.hashCode(counts), missing);
  }

  /** {@return the name and the main figures} */
  @Override
  public String toString() {
    String counted = "%s: %d numbers, %d missing".formatted(name, present(), missing);
    return present() == 0
        ? counted
        : "%s, %s to %s, mean %s, deviation %s, %d bins"
            .formatted(
                counted,
                Figures.value(min),
                Figures.value(max),
                Figures.value(mean()),
                Figures.value(deviation()),
                counts.length);
  }
}
