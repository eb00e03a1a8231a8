package io.mlops4j.monitor.distribution;

import org.apache.commons.numbers.gamma.RegularizedGamma;

/** Upper tails of the gamma distribution and of the chi-square distribution, which is one. */
public final class GammaTail {
  private GammaTail() {}

  /**
   * Returns P(X &gt; x) for the gamma distribution of scale 1.
   *
   * @param x any value
   * @param shape above 0
   * @return from 0 to 1; 1 for negative x; NaN if an argument is NaN or the shape is not positive
   */
  public static double survival(double x, double shape) {
    return x <= 0 && shape > 0 ? 1 : RegularizedGamma.Q.value(shape, x);
  }

  /**
   * Returns P(X &gt; x) for the chi-square distribution.
   *
   * @param x any value
   * @param degreesOfFreedom above 0
   * @return from 0 to 1; 1 for negative x; NaN if an argument is NaN or the degrees are not
   *     positive
   */
  public static double chiSquare(double x, double degreesOfFreedom) {
    return survival(x / 2, degreesOfFreedom / 2);
  }
}
