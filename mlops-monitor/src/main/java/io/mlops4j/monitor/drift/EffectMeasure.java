package io.mlops4j.monitor.drift;

import io.mlops4j.monitor.stats.CountDistance;
import io.mlops4j.monitor.stats.KolmogorovSmirnov;
import io.mlops4j.monitor.stats.PopulationStability;
import io.mlops4j.monitor.stats.Wasserstein;

/**
 * The distance of two samples of a feature. Each measure has its own scale, and therefore its own
 * bound from which it matters. A {@link FeaturePolicy} chooses one for a feature.
 */
public enum EffectMeasure {
  /**
   * {@link Wasserstein} over the reference's deviation, for numbers: how far the values moved, in
   * deviations. Default bound 0.1.
   */
  WASSERSTEIN("wasserstein/sigma"),
  /**
   * The D of {@link KolmogorovSmirnov}, for numbers: the largest difference of the cumulative
   * shares. Default bound 0.1.
   */
  KOLMOGOROV_SMIRNOV("kolmogorov-smirnov distance"),
  /**
   * {@link Wasserstein} distance of normal scores, for numbers with heavy tails: each bin is placed
   * where its rank in the reference lies in a standard normal distribution. For a normal reference
   * it is the distance in deviations. Default bound 0.1.
   */
  NORMAL_SCORES("wasserstein of normal scores"),
  /**
   * {@link CountDistance#JENSEN_SHANNON} distance with base 2, less its expected value under random
   * variation. Default bound 0.1.
   */
  JENSEN_SHANNON("jensen-shannon distance"),
  /** {@link CountDistance#HELLINGER} distance. Default bound 0.1. */
  HELLINGER("hellinger distance"),
  /**
   * {@link CountDistance#TOTAL_VARIATION}: the share of the rows that would have to change their
   * value. Default bound 0.1.
   */
  TOTAL_VARIATION("total variation"),
  /** {@link PopulationStability}. Default bound 0.1, by custom a moderate shift. */
  POPULATION_STABILITY("psi");

  private final String label;

  EffectMeasure(String label) {
    this.label = label;
  }

  /** {@return its name in measurements and reports, for example {@code wasserstein/sigma}} */
  public String label() {
    return label;
  }

  /**
   * Returns the size from which the effect matters unless a {@link FeaturePolicy} sets another one.
   *
   * @return 0.1 on each of these scales, by custom
   */
  public double defaultBound() {
    return 0.1;
  }

  /**
   * {@return whether it needs values that have an order; true for the measures of numbers, which
   * categories cannot use}
   */
  public boolean needsNumbers() {
    return this == WASSERSTEIN || this == KOLMOGOROV_SMIRNOV || this == NORMAL_SCORES;
  }
}
