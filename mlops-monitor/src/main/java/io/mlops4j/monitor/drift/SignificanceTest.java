package io.mlops4j.monitor.drift;

import io.mlops4j.monitor.stats.ChiSquare;
import io.mlops4j.monitor.stats.KolmogorovSmirnov;

/**
 * How probable it is that chance makes two samples of a feature differ as much; a {@link
 * FeaturePolicy} chooses one for a feature.
 */
public enum SignificanceTest {
  /** {@link KolmogorovSmirnov}, of numbers. */
  KOLMOGOROV_SMIRNOV("kolmogorov-smirnov"),
  /**
   * {@link ChiSquare} of homogeneity with rare bins pooled, of categories and of binned numbers.
   */
  CHI_SQUARE("chi-square");

  private final String label;

  SignificanceTest(String label) {
    this.label = label;
  }

  /**
   * Its name in measurements and reports.
   *
   * @return for example {@code chi-square}
   */
  public String label() {
    return label;
  }

  /**
   * {@return whether it needs values that have an order, so that categories have none; true for the
   * tests of numbers}
   */
  public boolean needsNumbers() {
    return this == KOLMOGOROV_SMIRNOV;
  }
}
