package io.mlops4j.monitor.distribution;

import org.apache.commons.numbers.gamma.LogBeta;
import org.apache.commons.numbers.gamma.RegularizedBeta;

/** Student's t distribution. */
public final class StudentT {
  /** From here on the distribution is the normal one to all digits. */
  private static final double MANY = 0x1p55;

  /** The range of {@code ln(t)} for doubles. */
  private static final double LEAST_LOG = -745;

  private static final double MOST_LOG = 710;
  private static final int STEPS = 200;

  private StudentT() {}

  /**
   * P(T &gt; t) for t from 0: half the incomplete beta function of {@code df / (df + t^2)}, which
   * keeps its digits where it is small.
   */
  static double tail(double t, double df) {
    if (df >= MANY) {
      return Normal.survival(t);
    }
    if (df == 1) {
      return Math.atan(1 / t)
          / Math.PI; // near t = 0 the incomplete beta function has 8 digits only
    }
    double square = t * t;
    if (square == Double.POSITIVE_INFINITY) {
      return farTail(t, df);
    }
    // of both forms the one whose argument is not close to 1
    return df < 2 * square
        ? RegularizedBeta.value(df / (df + square), df / 2, 0.5) / 2
        : RegularizedBeta.complement(square / (df + square), 0.5, df / 2) / 2;
  }

  /**
   * The first term of the series for large t, where t^2 is no double: {@code x^a / (2 a B(a,
   * 1/2))}.
   */
  private static double farTail(double t, double df) {
    return Math.exp(df * (Math.log(df) / 2 - Math.log(t)) - LogBeta.value(df / 2, 0.5)) / df;
  }

  /**
   * Returns the value that T exceeds with a probability.
   *
   * @param probability from 0 to 1
   * @param df degrees of freedom, above 0, not necessarily whole
   * @return negative above 1/2; infinite for 0 and 1, or where no double is as large; NaN if an
   *     argument is NaN or out of range
   */
  public static double upperQuantile(double probability, double df) {
    if (!(df > 0) || !(probability >= 0 && probability <= 1)) {
      return Double.NaN;
    }
    if (probability > 0.5) {
      return -positive(1 - probability, df);
    }
    return positive(probability, df);
  }

  private static double positive(double probability, double df) {
    if (probability == 0.5) {
      return 0;
    }
    if (probability == 0) {
      return Double.POSITIVE_INFINITY;
    }
    if (df >= MANY) {
      return Normal.upperQuantile(probability);
    }
    return tail(Double.MAX_VALUE, df) > probability
        ? Double.POSITIVE_INFINITY
        : solve(probability, df);
  }

  /**
   * Newton's method for the logarithm of the tail as a function of the logarithm of t, which is
   * almost straight for large t. A step that would leave the interval that holds the solution is
   * replaced by half the interval.
   */
  private static double solve(double probability, double df) {
    double wanted = Math.log(probability);
    double low = LEAST_LOG;
    double high = MOST_LOG;
    double logT = Math.log(Normal.upperQuantile(probability));
    for (int step = 0; step < STEPS; step++) {
      double t = Math.exp(logT);
      double tail = tail(t, df);
      double beyond = Math.log(tail) - wanted;
      if (beyond > 0) {
        low = logT;
      } else {
        high = logT;
      }
      double next = logT + beyond * tail / (t * density(t, df));
      if (!(next > low && next < high)) {
        next = (low + high) / 2;
      }
      if (Math.abs(next - logT) <= 1e-15 * Math.max(1, Math.abs(logT))
          || next == low
          || next == high) {
        return Math.exp(next);
      }
      logT = next;
    }
    return Math.exp(logT);
  }

  private static double density(double t, double df) {
    double exponent = -(df + 1) / 2 * Math.log1p(t / df * t);
    return Math.exp(exponent - LogBeta.value(0.5, df / 2)) / Math.sqrt(df);
  }
}
