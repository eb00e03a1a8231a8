package io.mlops4j.monitor.explain;

import io.mlops4j.monitor.distribution.StudentT;
import io.mlops4j.monitor.internal.Figures;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How far the mean prediction moved, and how much of that each feature explains. A {@link
 * ShiftExplainer} computes it.
 *
 * @param referenceMean mean prediction of the reference rows
 * @param currentMean mean prediction of the current rows
 * @param shift currentMean - referenceMean
 * @param parts for each feature the part that it explains, which is the fall of the current rows'
 *     mean prediction when the feature is put back to the reference; the largest absolute value
 *     first
 * @param remainder the shift less all parts: interactions of features, and columns that were not
 *     examined
 * @param referenceRows number of reference rows that were predicted
 * @param currentRows number of current rows that were predicted
 * @param seed seed of the draws; the same seed, rows and model give the same figures
 */
public record PredictionShift(
    double referenceMean,
    double currentMean,
    Estimate shift,
    Map<String, Estimate> parts,
    Estimate remainder,
    int referenceRows,
    int currentRows,
    long seed) {

  /**
   * Copies the parts.
   *
   * @param referenceMean mean prediction of the reference rows
   * @param currentMean mean prediction of the current rows
   * @param shift currentMean - referenceMean
   * @param parts the part that each feature explains
   * @param remainder the shift less all parts
   * @param referenceRows number of reference rows that were predicted
   * @param currentRows number of current rows that were predicted
   * @param seed seed of the draws
   */
  public PredictionShift {
    parts = Collections.unmodifiableMap(new LinkedHashMap<>(parts));
  }

  /**
   * A figure with its sampling error.
   *
   * @param value the figure
   * @param standardError standard error of the value, over both samples and the draws
   * @param degreesOfFreedom degrees of freedom of the standard error
   */
  public record Estimate(double value, double standardError, int degreesOfFreedom) {
    /**
     * {@return half the width of the 95 % confidence interval around the value, by Student's t; 0
     * or more}
     */
    public double margin() {
      return standardError * StudentT.upperQuantile(0.025, degreesOfFreedom);
    }

    /** {@return value and margin} */
    @Override
    public String toString() {
      return Figures.of(value) + " \u00b1 " + Figures.of(margin());
    }
  }

  /** {@return the shift and its parts} */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("shift " + shift + ":");
    parts.forEach((feature, part) -> text.append(' ' + feature + ' ' + part + ','));
    return text.append(" remainder ").append(remainder).toString();
  }
}
