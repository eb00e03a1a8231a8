package io.mlops4j.monitor.performance;

/**
 * The four counts of a binary decision against the truth, and the metrics that follow from them.
 * The standard errors of shares are binomial, {@code sqrt(s (1 - s) / n)} with n the denominator;
 * those of F1, F-beta, Matthews correlation and kappa are the delta method's. Agrees with
 * scikit-learn.
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
    return fBeta(1);
  }

  /**
   * Weighted harmonic mean of precision and recall, in which recall counts beta times as much as
   * precision (van Rijsbergen 1979).
   *
   * @param beta the weight of recall, positive and finite: above 1 missed events weigh more, below
   *     1 false alarms
   * @return (1 + beta^2) TP / ((1 + beta^2) TP + beta^2 FN + FP); undefined if there is neither an
   *     event nor a predicted one
   * @throws IllegalArgumentException if beta is not positive and finite
   */
  public Metric fBeta(double beta) {
    ClassConfusion.Part part = ClassConfusion.Part.fBeta(beta);
    double hits = truePositives;
    double misses = part.ofHappened() * falseNegatives;
    double alarms = part.ofPredicted() * falsePositives;
    double denominator = hits + misses + alarms;
    if (denominator == 0) {
      return new Metric.Undefined("no row is positive or was predicted positive");
    }
    double errors = misses + alarms;
    double ofHits = errors / denominator;
    double ofErrors = hits / denominator;
    double squares = part.ofHappened() * misses + part.ofPredicted() * alarms;
    return new Metric.Value(
        ofErrors, Math.sqrt(hits * ofHits * ofHits + squares * ofErrors * ofErrors) / denominator);
  }

  /**
   * Matthews correlation (Matthews 1975): the correlation of decision and truth. Unlike F1 it
   * counts true negatives, and unlike accuracy it is near 0 for a model that predicts the more
   * frequent class only.
   *
   * @return (TP TN - FP FN) / sqrt((TP + FP)(TP + FN)(TN + FP)(TN + FN)) in [-1, 1]; undefined if
   *     all rows are of one class or were predicted as one, where scikit-learn returns 0
   */
  public Metric matthewsCorrelation() {
    return asClasses().matthewsCorrelation();
  }

  /**
   * Cohen's kappa (Cohen 1960): by how much more decision and truth agree than independent
   * decisions with the same shares would. With a the accuracy and e the expected agreement, {@code
   * (a - e) / (1 - e)}.
   *
   * @return kappa, at most 1, 0 for chance; undefined if all rows are of one class and were
   *     predicted as it
   */
  public Metric cohensKappa() {
    return asClasses().cohensKappa();
  }

  private ClassConfusion asClasses() {
    return ClassConfusion.of(
        new long[][] {{trueNegatives, falsePositives}, {falseNegatives, truePositives}});
  }

  static Metric share(long hits, long rows, String whyNot) {
    if (rows == 0) {
      return new Metric.Undefined(whyNot);
    }
    double share = hits / (double) rows;
    return new Metric.Value(share, Math.sqrt(share * (1 - share) / rows));
  }
}
