package io.mlops4j.monitor.drift;

import io.mlops4j.monitor.stats.Hellinger;
import io.mlops4j.monitor.stats.JensenShannon;
import io.mlops4j.monitor.stats.KolmogorovSmirnov;
import io.mlops4j.monitor.stats.PopulationStability;
import io.mlops4j.monitor.stats.TotalVariation;
import io.mlops4j.monitor.stats.Wasserstein;

/**
 * How far two samples of a feature are apart. Each measure has a scale of its own, and so a bound
 * of its own from which on it matters; a {@link FeaturePolicy} chooses one for a feature.
 */
public enum EffectMeasure {
  /**
   * {@link Wasserstein} over the reference's deviation, of numbers: how far the values moved, in
   * deviations. Default bound 0.1.
   */
  WASSERSTEIN("wasserstein/sigma"),
  /**
   * The D of {@link KolmogorovSmirnov}, of numbers: the largest difference of the cumulative
   * shares. Default bound 0.1.
   */
  KOLMOGOROV_SMIRNOV("kolmogorov-smirnov distance"),
  /** {@link JensenShannon} distance with base 2, less what chance gives. Default bound 0.1. */
  JENSEN_SHANNON("jensen-shannon distance"),
  /** {@link Hellinger} distance. Default bound 0.1. */
  HELLINGER("hellinger distance"),
  /** {@link TotalVariation}: the share of the rows that are elsewhere. Default bound 0.1. */
  TOTAL_VARIATION("total variation"),
  /** {@link PopulationStability}. Default bound 0.1, by custom a moderate shift. */
  POPULATION_STABILITY("psi");

  private final String label;

  EffectMeasure(String label) {
    this.label = label;
  }

  /**
   * Its name in measurements and reports.
   *
   * @return for example {@code wasserstein/sigma}
   */
  public String label() {
    return label;
  }

  /**
   * From which size on the effect matters unless a {@link FeaturePolicy} says otherwise.
   *
   * @return 0.1 on each of these scales, by custom
   */
  public double defaultBound() {
    return 0.1;
  }

  /**
   * {@return whether it needs values that have an order, so that categories have none; true for the
   * measures of numbers}
   */
  public boolean needsNumbers() {
    return this == WASSERSTEIN || this == KOLMOGOROV_SMIRNOV;
  }
}
