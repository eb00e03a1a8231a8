package io.mlops4j.monitor.drift;

import io.mlops4j.monitor.stats.ChiSquare;
import io.mlops4j.monitor.stats.KolmogorovSmirnov;

/**
 * The probability that chance alone makes two samples of a feature differ this much. A {@link
 * FeaturePolicy} chooses one for a feature.
 */
public enum SignificanceTest {
  /** {@link KolmogorovSmirnov}, for numbers. */
  KOLMOGOROV_SMIRNOV("kolmogorov-smirnov"),
  /** {@link ChiSquare} of homogeneity with rare bins pooled, for categories and binned numbers. */
  CHI_SQUARE("chi-square");

  private final String label;

  SignificanceTest(String label) {
    this.label = label;
  }

  /** {@return its name in measurements and reports, for example {@code chi-square}} */
  public String label() {
    return label;
  }

  /**
   * {@return whether it needs values that have an order; true for the tests of numbers, which
   * categories cannot use}
   */
  public boolean needsNumbers() {
    return this == KOLMOGOROV_SMIRNOV;
  }
}
