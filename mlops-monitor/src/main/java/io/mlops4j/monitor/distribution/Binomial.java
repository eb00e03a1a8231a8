package io.mlops4j.monitor.distribution;

import org.apache.commons.numbers.gamma.RegularizedBeta;

/** The number of successes in independent trials. */
public final class Binomial {
  private static final int FEW = 16;
  private static final double[] OF_FEW = errorsOfFew();

  private Binomial() {}

  /**
   * Returns P(X &gt;= successes), by the incomplete beta function.
   *
   * @param successes any number
   * @param trials 0 or more
   * @param share the probability of a success, from 0 to 1
   * @return from 0 to 1; NaN if the share is NaN
   */
  public static double atLeast(long successes, long trials, double share) {
    if (successes <= 0) {
      return 1;
    }
    return successes > trials
        ? 0
        : RegularizedBeta.value(share, (double) successes, (double) trials - successes + 1);
  }

  /**
   * Returns P(X = successes), by the saddle point form of Loader (Fast and accurate computation of
   * binomial probabilities, 2000): Stirling's errors and deviances, in which no large numbers
   * cancel.
   *
   * @param successes from 0 to the number of trials
   * @param trials 0 or more
   * @param share the probability of a success, from 0 to 1
   * @return from 0 to 1; NaN if the share is NaN
   */
  public static double probability(double successes, double trials, double share) {
    double failures = trials - successes;
    if (successes == 0) {
      return Math.exp(trials == 0 ? 0 : trials * Math.log1p(-share));
    }
    if (failures == 0) {
      return Math.pow(share, trials);
    }
    double exponent =
        stirlingError(trials)
            - stirlingError(successes)
            - stirlingError(failures)
            - deviance(successes, trials * share)
            - deviance(failures, trials * (1 - share));
    return Math.exp(exponent) / Math.sqrt(2 * Math.PI * successes * (failures / trials));
  }

  /** {@code ln(n!) - ln(sqrt(2 pi n) (n / e)^n)} of a whole number above 0. */
  static double stirlingError(double n) {
    if (n < FEW) {
      return OF_FEW[(int) n];
    }
    double r = 1 / (n * n);
    return (1.0 / 12 - r * (1.0 / 360 - r * (1.0 / 1260 - r * (1.0 / 1680 - r / 1188)))) / n;
  }

  private static double[] errorsOfFew() {
    double[] errors = new double[FEW];
    double factorial = 1;
    for (int n = 1; n < FEW; n++) {
      factorial *= n;
      errors[n] = Math.log(factorial / Math.sqrt(2 * Math.PI * n) * Math.pow(Math.E / n, n));
    }
    return errors;
  }

  /** {@code x ln(x / mean) + mean - x}, as a series where x is near the mean. */
  static double deviance(double x, double mean) {
    double difference = x - mean;
    if (Math.abs(difference) >= 0.1 * (x + mean)) {
      return x * Math.log(x / mean) - difference;
    }
    double v = difference / (x + mean);
    double sum = difference * v;
    double term = 2 * x * v;
    for (int j = 3; ; j += 2) {
      term *= v * v;
      double next = sum + term / j;
      if (!(Math.abs(next - sum) > 0)) { // nor for NaN
        return next;
      }
      sum = next;
    }
  }
}
