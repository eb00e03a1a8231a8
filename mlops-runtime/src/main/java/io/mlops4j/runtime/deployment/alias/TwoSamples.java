package io.mlops4j.runtime.deployment.alias;

import io.mlops4j.internal.LatencyBuckets;
import io.mlops4j.runtime.deployment.CallComparison.Increase;
import java.util.Arrays;

/** Intervals and tests of two independent samples of calls. */
final class TwoSamples {
  /** The 97.5 % point of the standard normal distribution. */
  private static final double Z = 1.959963984540054;

  private static final double QUANTILE = 0.95;

  /** Above the smallest doubles, which no longer shrink when they are divided. */
  private static final double NEGLIGIBLE = 1e-300;

  private TwoSamples() {}

  /** An estimate between its bounds. */
  private record Bounded(double low, double value, double high) {
    Bounded log() {
      return new Bounded(Math.log(low), Math.log(value), Math.log(high));
    }
  }

  /** The second share minus the first. */
  static Increase ofShares(long failed, long calls, long otherFailed, long otherCalls) {
    if (calls == 0 || otherCalls == 0) {
      return new Increase(Double.NaN, -1, 1, 1);
    }
    Bounded difference = difference(wilson(failed, calls), wilson(otherFailed, otherCalls));
    return new Increase(
        difference.value(),
        difference.low(),
        difference.high(),
        fisher(failed, calls, otherFailed, otherCalls));
  }

  /** The second 95th percentile in relation to the first. */
  static Increase ofTimes(long[] times, long[] otherTimes) {
    if (Arrays.stream(times).sum() == 0 || Arrays.stream(otherTimes).sum() == 0) {
      return new Increase(Double.NaN, -1, Double.POSITIVE_INFINITY, 1);
    }
    Bounded ratio = difference(quantile(times).log(), quantile(otherTimes).log());
    return new Increase(
        Math.expm1(ratio.value()),
        Math.expm1(ratio.low()),
        Math.expm1(ratio.high()),
        sameQuantile(times, otherTimes));
  }

  /** Second minus first, whose distances to their bounds add as squares. */
  private static Bounded difference(Bounded first, Bounded second) {
    double value = second.value() - first.value();
    return new Bounded(
        value - Math.hypot(second.value() - second.low(), first.high() - first.value()),
        value,
        value + Math.hypot(second.high() - second.value(), first.value() - first.low()));
  }

  /** Wilson's score interval of a share. */
  private static Bounded wilson(long successes, long trials) {
    double share = (double) successes / trials;
    double scale = 1 + Z * Z / trials;
    double centre = (share + Z * Z / (2 * trials)) / scale;
    double width = Z * Math.sqrt((share * (1 - share) + Z * Z / (4.0 * trials)) / trials) / scale;
    return new Bounded(
        successes == 0 ? 0 : centre - width, share, successes == trials ? 1 : centre + width);
  }

  /** The ranks of the bounds are normal approximations of the binomial distribution. */
  private static Bounded quantile(long[] times) {
    double[] counts = Arrays.stream(times).asDoubleStream().toArray();
    double answers = Arrays.stream(counts).sum();
    double rank = QUANTILE * answers;
    double width = Z * Math.sqrt(rank * (1 - QUANTILE));
    double high = rank + width;
    return new Bounded(
        rank - width <= 0 ? 0 : atRank(counts, rank - width),
        atRank(counts, rank),
        high >= answers ? Double.POSITIVE_INFINITY : LatencyBuckets.atRank(counts, high));
  }

  /** Times beyond all buckets are at least this long. */
  private static double atRank(double[] counts, double rank) {
    return Math.min(
        LatencyBuckets.atRank(counts, rank), LatencyBuckets.low(LatencyBuckets.COUNT - 1));
  }

  /** The test of equal shares beyond the end of the bucket that is nearest to the quantile. */
  private static double sameQuantile(long[] times, long[] otherTimes) {
    long all = Arrays.stream(times).sum();
    long otherAll = Arrays.stream(otherTimes).sum();
    double wanted = (1 - QUANTILE) * (all + otherAll);
    long beyond = all;
    long otherBeyond = otherAll;
    for (int bucket = 0; bucket < times.length; bucket++) {
      long next = beyond - times[bucket];
      long otherNext = otherBeyond - otherTimes[bucket];
      if (Math.abs(next + otherNext - wanted) > Math.abs(beyond + otherBeyond - wanted)) {
        break;
      }
      beyond = next;
      otherBeyond = otherNext;
    }
    return fisher(beyond, all, otherBeyond, otherAll);
  }

  /**
   * Fisher's exact test, two-sided: the probability of all tables with the same margins that are no
   * more likely than this one. The weights follow from their neighbours', so they need no
   * factorial.
   */
  static double fisher(long first, long all, long second, long otherAll) {
    long successes = first + second;
    long least = Math.max(0, successes - otherAll);
    long most = Math.min(successes, all);
    long mode = (long) ((successes + 1.0) * (all + 1.0) / (all + otherAll + 2.0));
    mode = Math.min(most, Math.max(least, mode));
    double here = weight(mode, first, all, successes, otherAll);
    double sum = 0;
    double tail = 0;
    double weight = 1;
    for (long k = mode; k <= most && weight > NEGLIGIBLE; k++) {
      sum += weight;
      tail += weight <= here * (1 + 1e-7) ? weight : 0;
      weight *= up(k, all, successes, otherAll);
    }
    weight = 1;
    for (long k = mode; k > least && weight > NEGLIGIBLE; k--) {
      weight /= up(k - 1, all, successes, otherAll);
      sum += weight;
      tail += weight <= here * (1 + 1e-7) ? weight : 0;
    }
    return Math.min(1, tail / sum);
  }

  /** The weight of a table in relation to that of the mode; 0 if it is negligible. */
  private static double weight(long mode, long k, long all, long successes, long otherAll) {
    double weight = 1;
    for (long i = mode; i < k && weight > NEGLIGIBLE; i++) {
      weight *= up(i, all, successes, otherAll);
    }
    for (long i = mode; i > k && weight > NEGLIGIBLE; i--) {
      weight /= up(i - 1, all, successes, otherAll);
    }
    return weight > NEGLIGIBLE ? weight : 0;
  }

  /** The weight of k + 1 divided by that of k, of the hypergeometric distribution. */
  private static double up(long k, long all, long successes, long otherAll) {
    return (double) (all - k) * (successes - k) / ((k + 1.0) * (otherAll - successes + k + 1.0));
  }
}
