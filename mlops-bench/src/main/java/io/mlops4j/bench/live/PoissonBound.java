package io.mlops4j.bench.live;

import org.apache.commons.statistics.distribution.ChiSquaredDistribution;

/** What a count of rare events says about their rate. */
final class PoissonBound {
  private PoissonBound() {}

  /**
   * The largest mean under which a count as small as this one has a probability of at least 5 %:
   * half the 95 % point of chi-square with 2 (count + 1) degrees of freedom (Garwood 1936).
   */
  static double upper95(long count) {
    if (count < 0) {
      throw new IllegalArgumentException("count: found " + count + ", expected 0 or more");
    }
    return ChiSquaredDistribution.of(2.0 * (count + 1)).inverseSurvivalProbability(0.05) / 2;
  }
}
