package io.mlops4j.monitor.profile;

import io.mlops4j.monitor.profile.internal.ExactMoments;
import io.mlops4j.monitor.profile.internal.HyperLogLog;
import io.mlops4j.monitor.profile.internal.NumberBins;
import java.util.Arrays;
import java.util.Objects;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Numbers, counted in bins that were frozen with the reference. Immutable.
 *
 * <p>A reference with at most 127 distinct values has a bin for each of them and one for each gap
 * between (empty in the reference, so that an unseen number shows); otherwise its range is cut at
 * the quantiles k/254 of its finite values, equal cuts merged. The two outer bins are for what lies
 * beyond the reference's range, infinite values among them. Bin {@code k} holds numbers above edge
 * {@code k - 1} up to and including edge {@code k}; the outer edges are infinite. Null and NaN are
 * missing: counted apart, in no bin. Every type of integer and float is read as a double, which
 * rounds 64-bit integers beyond 2^53.
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

  /**
   * @param min the least finite value, NaN without one
   * @param max the greatest finite value, NaN without one
   * @param distinct null in what version 1 wrote
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
   * {@return the inner edges of the bins; finite, ascending, one less than there are bins; the
   * caller's copy}
   */
  public double[] edges() {
    return bins.edges();
  }

  /**
   * Where the mass of each bin is taken to lie when a distance needs a place: the mean of the
   * reference's values in the bin, the middle of a bin that has none.
   *
   * @return finite, ascending, one a bin; the caller's copy
   */
  public double[] positions() {
    return bins.positions();
  }

  /**
   * {@return whether each distinct value of the reference has a bin of its own; true when nothing
   * about the reference was lost by binning}
   */
  public boolean exact() {
    return bins.exact();
  }

  /**
   * {@return the number of values lie in each bin; one a bin, without the missing; the caller's
   * copy}
   */
  public long[] counts() {
    return counts.clone();
  }

  /** {@return the number of values; those that are not missing, infinite ones included} */
  public long present() {
    return moments.count() + infinite;
  }

  /** {@return the number of values are null or NaN; 0 or more} */
  public long missing() {
    return missing;
  }

  /**
   * How many values are infinite. They are in the outer bins and in no figure below.
   *
   * @return 0 or more
   */
  public long infinite() {
    return infinite;
  }

  /** {@return the least finite value; NaN when there is none} */
  public double min() {
    return min;
  }

  /** {@return the greatest finite value; NaN when there is none} */
  public double max() {
    return max;
  }

  /**
   * {@return the mean of the finite values: summed without rounding, rounded once; NaN when there
   * is none}
   */
  public double mean() {
    return moments.mean();
  }

  /**
   * {@return the population variance of the finite values, {@code (n S2 - S1^2) / n^2}: summed
   * without rounding, rounded once, so also right far from zero; 0 or more; NaN when there are no
   * values}
   */
  public double variance() {
    return moments.variance();
  }

  /** {@return the square root of {@link #variance}; 0 or more; NaN when there are no values} */
  public double deviation() {
    return moments.deviation();
  }

  /**
   * How many distinct values there are, infinite ones included: exact when each has a bin of its
   * own, else an estimate with a standard error of 2.3 % (less for few values).
   *
   * @return 0 or more; empty in a profile that was written by version 1, unless it is exact
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
   * A number that at least a share of the values do not exceed: the upper edge of the bin in which
   * that share is reached, the maximum in the last one. Its rank is off by at most {@link
   * #quantileError}.
   *
   * @param share from 0 to 1
   * @return NaN when there are no finite values
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
   * {@return how far the rank of a {@link #quantile} can be off: the mass of the fullest bin, or 0
   * when each value has its own; a share from 0 to 1; 0 when there are no values}
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

  /** The lesser of two, of which either may be NaN for nothing. */
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
    return "%s: %d numbers, %d missing, %s to %s, mean %s, deviation %s, %d bins"
        .formatted(name, present(), missing, min, max, mean(), deviation(), counts.length);
  }
}
