package io.mlops4j.monitor.explain;

import io.mlops4j.monitor.internal.Figures;
import java.util.List;
import org.apache.commons.statistics.distribution.TDistribution;

/**
 * How far the mean prediction moved, and how much of that each feature explains; made by a {@link
 * ShiftExplainer}, which says how.
 *
 * @param referenceMean mean prediction of the reference rows
 * @param currentMean mean prediction of the current rows
 * @param shift currentMean - referenceMean
 * @param parts what each feature explains, the largest first whatever its sign
 * @param remainder the shift less all parts: what features do together, and what others do
 * @param referenceRows how many reference rows were asked about
 * @param currentRows how many current rows were asked about
 * @param seed of the draws; the same seed, rows and model give the same figures
 */
public record PredictionShift(
    double referenceMean,
    double currentMean,
    Estimate shift,
    List<Part> parts,
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
   * @param parts what each feature explains
   * @param remainder the shift less all parts
   * @param referenceRows how many reference rows were asked about
   * @param currentRows how many current rows were asked about
   * @param seed of the draws
   */
  public PredictionShift {
    parts = List.copyOf(parts);
  }

  /**
   * What one feature explains.
   *
   * @param feature its name
   * @param explained by how much the mean prediction of the current rows falls when the feature is
   *     put back to the reference
   */
  public record Part(String feature, Estimate explained) {}

  /**
   * A figure with its sampling error.
   *
   * @param value the figure
   * @param standardError of the value, over both samples and the draws
   * @param degreesOfFreedom of the standard error
   */
  public record Estimate(double value, double standardError, int degreesOfFreedom) {
    /**
     * Half the width of the 95 % confidence interval around the value, by Student's t.
     *
     * @return 0 or more
     */
    public double margin() {
      return standardError * TDistribution.of(degreesOfFreedom).inverseSurvivalProbability(0.025);
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
    for (Part part : parts) {
      text.append(' ').append(part.feature()).append(' ').append(part.explained()).append(',');
    }
    return text.append(" remainder ").append(remainder).toString();
  }
}
