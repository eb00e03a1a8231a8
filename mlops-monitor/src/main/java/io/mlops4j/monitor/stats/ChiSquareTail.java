package io.mlops4j.monitor.stats;

import io.mlops4j.monitor.distribution.GammaTail;

/**
 * The upper tail of the chi-square distribution. Without degrees of freedom nothing can differ and
 * the tail is 1.
 */
final class ChiSquareTail {
  private ChiSquareTail() {}

  static double of(double statistic, int degreesOfFreedom) {
    return degreesOfFreedom == 0 || statistic <= 0
        ? 1
        : GammaTail.chiSquare(statistic, degreesOfFreedom);
  }
}
