package io.mlops4j.monitor.performance;

/**
 * The four counts of a binary decision against the truth, and the metrics that follow from them.
 * The standard errors of shares are binomial, {@code sqrt(s (1 - s) / n)} with n the denominator;
 * that of F1 is the delta method's. Agrees with scikit-learn.
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
   * @throws IllegalArgumentException if a count is negative
   */
  public ConfusionMatrix {
    if (Math.min(Math.min(trueNegatives, falsePositives), Math.min(falseNegatives, truePositives))
        < 0) {
      throw new IllegalArgumentException(
          "counts %s, %s, %s, %s: none may be negative"
              .formatted(trueNegatives, falsePositives, falseNegatives, truePositives));
    }
  }

  /** {@return the number of rows; the sum of the four counts} */
  public long rows() {
    return trueNegatives + falsePositives + falseNegatives + truePositives;
  }

  /**
   * Share of correct decisions.
   *
   * @return (TP + TN) / rows; undefined without rows
   */
  public Metric accuracy() {
    return share(truePositives + trueNegatives, rows(), "no labelled row");
  }

  /**
   * Share of predicted events that were events.
   *
   * @return TP / (TP + FP); undefined if no event was predicted
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
   * Share of rows without the event for which it was predicted.
   *
   * @return FP / (FP + TN); undefined if every row is an event
   */
  public Metric falsePositiveRate() {
    return share(falsePositives, falsePositives + trueNegatives, "no row is negative");
  }

  /**
   * Share of rows for which the event was predicted.
   *
   * @return (TP + FP) / rows; undefined without rows
   */
  public Metric predictedRate() {
    return share(truePositives + falsePositives, rows(), "no labelled row");
  }

  /**
   * Mean of the recall of events and of non-events: the accuracy to expect if both were equally
   * common. The classes are independent, so their binomial variances add. A class without rows is
   * left out, like in scikit-learn.
   *
   * @return (TP / (TP + FN) + TN / (TN + FP)) / 2; undefined without rows
   */
  public Metric balancedAccuracy() {
    Metric ofEvents = recall();
    Metric ofOthers = share(trueNegatives, trueNegatives + falsePositives, "no labelled row");
    if (ofEvents instanceof Metric.Value p && ofOthers instanceof Metric.Value n) {
      return new Metric.Value(
          (p.value() + n.value()) / 2, Math.hypot(p.standardError(), n.standardError()) / 2);
    }
    return ofEvents instanceof Metric.Value ? ofEvents : ofOthers;
  }

  /**
   * Harmonic mean of precision and recall.
   *
   * @return 2 TP / (2 TP + FP + FN); undefined if there is neither an event nor a predicted one
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
