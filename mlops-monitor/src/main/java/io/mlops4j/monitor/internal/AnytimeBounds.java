package io.mlops4j.monitor.internal;

import java.util.function.DoubleUnaryOperator;

/**
 * Intervals that may be looked at after every call: the chance that one of all looks excludes the
 * true value is at most {@code alpha}, however often and however long one looks.
 *
 * <p>Counts: Robbins' mixture (1970). Under the true probability p, the ratio of the likelihood
 * that is averaged over Beta(1/2, 1/2) to the likelihood of p is a martingale with mean 1, so by
 * Ville's inequality it ever reaches {@code 1 / alpha} with a chance of at most alpha. The interval
 * holds every p whose ratio is below.
 *
 * <p>Estimates with a standard error: the asymptotic confidence sequence of Waudby-Smith, Arbour,
 * Sinha, Kennedy and Ramdas, "Time-uniform central limit theory and asymptotic confidence
 * sequences" (2021), narrowest at {@value #TUNED_FOR} observations.
 */
public final class AnytimeBounds {
  private static final int TUNED_FOR = 1_000;
  private static final double LOG_PI = Math.log(Math.PI);

  private AnytimeBounds() {}

  /** Both ends of an interval. */
  public record Range(double low, double high) {}

  /**
   * The interval of a probability.
   *
   * @param successes 0 or more; may be fractional
   * @param trials at least {@code successes}; without trials the interval is 0 to 1
   */
  public static Range probability(double successes, double trials, double alpha) {
    if (!(trials > 0)) {
      return new Range(0, 1);
    }
    double bound = -Math.log(alpha);
    double share = successes / trials;
    DoubleUnaryOperator excess = p -> ratio(successes, trials, p) - bound;
    return new Range(
        share <= 0 ? 0 : root(excess, share, 0), share >= 1 ? 1 : root(excess, share, 1));
  }

  /**
   * The counts of successes whose interval holds a probability.
   *
   * @param p strictly between 0 and 1
   * @param trials 0 or more
   * @return from 0 to {@code trials}; may be fractional
   */
  public static Range successes(double p, double trials, double alpha) {
    double bound = -Math.log(alpha);
    double expected = p * trials;
    DoubleUnaryOperator excess = successes -> ratio(successes, trials, p) - bound;
    return new Range(root(excess, expected, 0), root(excess, expected, trials));
  }

  /** The logarithm of the ratio. */
  private static double ratio(double successes, double trials, double p) {
    double failures = trials - successes;
    double averaged =
        LogFactorial.of(successes - 0.5)
            + LogFactorial.of(failures - 0.5)
            - LogFactorial.of(trials)
            - LOG_PI;
    return averaged - times(successes, Math.log(p)) - times(failures, Math.log1p(-p));
  }

  /** The product, where nothing times an infinite logarithm is 0. */
  private static double times(double count, double logarithm) {
    return count == 0 ? 0 : count * logarithm;
  }

  /** The end of the interval between a point inside and the outermost point. */
  private static double root(DoubleUnaryOperator excess, double inside, double outermost) {
    if (excess.applyAsDouble(outermost) < 0) {
      return outermost;
    }
    double in = inside;
    double out = outermost;
    for (int halving = 0; halving < 60; halving++) {
      double middle = (in + out) / 2;
      if (excess.applyAsDouble(middle) < 0) {
        in = middle;
      } else {
        out = middle;
      }
    }
    return in;
  }

  /**
   * The number of standard errors on each side of an estimate.
   *
   * @param observations behind the estimate, at least 1
   */
  public static double standardErrors(long observations, double alpha) {
    double tuned = -2 * Math.log(alpha);
    double scale = (tuned + Math.log1p(tuned)) / TUNED_FOR * (double) observations;
    return Math.sqrt(2 * (1 + 1 / scale) * Math.log(Math.sqrt(scale + 1) / alpha));
  }
}
