package io.mlops4j.monitor.performance;

/**
 * The four counts of a binary decision against the truth, and what follows from them. The standard
 * errors of shares are binomial, {@code sqrt(s (1 - s) / n)} with n the denominator; that of F1 is
 * the delta method's. Agrees with scikit-learn.
 *
 * @param trueNegatives rows without the event, none predicted
 * @param falsePositives rows without the event, one predicted
 * @param falseNegatives rows with the event, none predicted
 * @param truePositives rows with the event, one predicted
 */
public record ConfusionMatrix(
    long trueNegatives, long falsePositives, long falseNegatives, long truePositives) {

  /**
   * Checks the counts.
   *
   * @param trueNegatives rows without the event, none predicted
   * @param falsePositives rows without the event, one predicted
   * @param falseNegatives rows with the event, none predicted
   * @param truePositives rows with the event, one predicted
   * @throws IllegalArgumentException when a count is negative
   */
  public ConfusionMatrix {
    if (Math.min(Math.min(trueNegatives, falsePositives), Math.min(falseNegatives, truePositives))
        < 0) {
      throw new IllegalArgumentException(
          "counts "
              + trueNegatives
              + ", "
              + falsePositives
              + ", "
              + falseNegatives
              + ", "
              + truePositives
              + ": none may be negative");
    }
  }

  /**
   * The number of rows.
   *
   * @return the sum of the four counts
   */
  public long rows() {
    return trueNegatives + falsePositives + falseNegatives + truePositives;
  }

  /**
   * Share of right decisions.
   *
   * @return (TP + TN) / rows; undefined without rows
   */
  public Metric accuracy() {
    return share(truePositives + trueNegatives, rows(), "no labelled row");
  }

  /**
   * Share of predicted events that were events.
   *
   * @return TP / (TP + FP); undefined when no event was predicted
   */
  public Metric precision() {
    return share(truePositives, truePositives + falsePositives, "no row was predicted positive");
  }

  /**
   * Share of events that were predicted.
   *
   * @return TP / (TP + FN); undefined without events
   */
  public Metric recall() {
    return share(truePositives, truePositives + falseNegatives, "no row is positive");
  }

  /**
   * Harmonic mean of precision and recall.
   *
   * @return 2 TP / (2 TP + FP + FN); undefined when there is neither an event nor a predicted one
   */
  public Metric f1() {
    double hits = truePositives;
    double errors = falsePositives + falseNegatives;
    double denominator = 2 * hits + errors;
    if (denominator == 0) {
      return new Metric.Undefined("no row is positive or was predicted positive");
    }
    double variance = 4 * hits * errors * (hits + errors) / Math.pow(denominator, 4);
    return new Metric.Value(2 * hits / denominator, Math.sqrt(variance));
  }

  private static Metric share(long hits, long rows, String whyNot) {
    if (rows == 0) {
      return new Metric.Undefined(whyNot);
    }
    double share = hits / (double) rows;
    return new Metric.Value(share, Math.sqrt(share * (1 - share) / rows));
  }
}
