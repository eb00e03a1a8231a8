package io.mlops4j.monitor.performance;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.DoubleStream;

/**
 * Realised performance of a binary model on labelled rows. Agrees with scikit-learn, and handles
 * ties between scores correctly.
 *
 * <p>A row whose label or score is NaN is left out and counted in {@link #missing()}. A metric that
 * the rows do not define, such as the ROC AUC of rows of one class, is a {@link Metric.Undefined};
 * an empty set of rows is allowed. Log loss and Brier score read scores as probabilities and are
 * undefined if one lies outside [0, 1]; the other metrics take any score.
 *
 * <p>The standard errors assume independent rows. Immutable and thread safe; the arrays are copied.
 */
public final class BinaryPerformance {
  // the sorted scores of each class, from which all metrics follow
  private final double[] positives;
  private final double[] negatives;
  private final long missing;

  private BinaryPerformance(double[] positives, double[] negatives, long missing) {
    this.positives = positives;
    this.negatives = negatives;
    this.missing = missing;
  }

  /**
   * Computes the performance on labelled rows.
   *
   * @param labels 1 if the event happened, 0 if it did not, NaN if that is unknown
   * @param scores the model's score or probability of the event, one for each row; NaN if there is
   *     none
   * @return the performance on these rows
   * @throws IllegalArgumentException if the lengths differ or a label is neither 0, 1 nor NaN
   */
  public static BinaryPerformance of(double[] labels, double[] scores) {
    Objects.requireNonNull(labels, "labels");
    Objects.requireNonNull(scores, "scores");
    checkLengths(labels, scores);
    double[] positives = sortedScores(labels, scores, 1);
    double[] negatives = sortedScores(labels, scores, 0);
    return new BinaryPerformance(
        positives, negatives, labels.length - positives.length - negatives.length);
  }

  static double[] sortedScores(double[] labels, double[] scores, int label) {
    double[] chosen = new double[scores.length];
    int n = 0;
    for (int row = 0; row < labels.length; row++) {
      checkLabel(labels[row], row);
      if (labels[row] == label && !Double.isNaN(scores[row])) {
        chosen[n++] = scores[row];
      }
    }
    double[] sorted = Arrays.copyOf(chosen, n);
    Arrays.sort(sorted);
    return sorted;
  }

  static void checkLengths(double[] labels, double[] scores) {
    if (labels.length != scores.length) {
      throw new IllegalArgumentException(
          labels.length
              + " labels, "
              + scores.length
              + " scores: each row needs one of each, NaN where it is unknown");
    }
  }

  static void checkLabel(double label, int row) {
    if (label != 0 && label != 1 && !Double.isNaN(label)) {
      throw new IllegalArgumentException(
          "labels[%s] = %s: a binary label is 0 or 1, or NaN where it is unknown"
              .formatted(row, label));
    }
  }

  /** {@return the number of rows with a label and a score} */
  public long rows() {
    return (long) positives.length + negatives.length;
  }

  /** {@return the number of rows that were left out because their label or score is NaN} */
  public long missing() {
    return missing;
  }

  /** {@return the number of rows with the event} */
  public long positives() {
    return positives.length;
  }

  /** {@return the number of rows without the event} */
  public long negatives() {
    return negatives.length;
  }

  /**
   * Area under the ROC curve: the probability that a row with the event scores above one without;
   * ties count half. The standard error is DeLong's (DeLong, DeLong and Clarke-Pearson 1988): the
   * variances of both classes' placements among the other class. A class of a single row has no
   * variance; its largest possible one, {@code A (1 - A)}, is used.
   *
   * @return the area; undefined unless both classes are present
   */
  public Metric rocAuc() {
    if (positives.length == 0 || negatives.length == 0) {
      return new Metric.Undefined(
          rows() == 0 ? "no labelled row" : "all " + rows() + " rows are of one class");
    }
    double[] placements = placements(positives, negatives);
    double area = Averages.mean(placements);
    double variance = variance(placements, area) + variance(placements(negatives, positives), area);
    return new Metric.Value(area, Math.sqrt(variance));
  }

  private static double variance(double[] placements, double area) {
    return placements.length == 1
        ? area * (1 - area)
        : Averages.variance(placements) / placements.length;
  }

  /**
   * Returns for each score the share of the other class's scores below it. Equal scores count half.
   */
  private static double[] placements(double[] scores, double[] others) {
    double[] placements = new double[scores.length];
    int below = 0;
    int upTo = 0;
    for (int i = 0; i < scores.length; i++) {
      while (below < others.length && others[below] < scores[i]) {
        below++;
      }
      while (upTo < others.length && others[upTo] <= scores[i]) {
        upTo++;
      }
      placements[i] = (below + upTo) / (2.0 * others.length);
    }
    return placements;
  }

  /**
   * Average precision: {@code sum (R_k - R_(k-1)) P_k} over the distinct scores as thresholds,
   * highest first, without interpolation. The standard error is the binomial one over the events
   * (Boyd, Eng and Page 2013).
   *
   * @return the average precision; undefined if no row is positive
   */
  public Metric averagePrecision() {
    if (positives.length == 0) {
      return new Metric.Undefined(rows() == 0 ? "no labelled row" : "no row is positive");
    }
    double sum = 0;
    int hits = 0;
    while (hits < positives.length) {
      double threshold = positives[positives.length - 1 - hits];
      int hitsHere = atLeast(positives, threshold);
      int alarms = atLeast(negatives, threshold);
      sum += (hitsHere - hits) * (hitsHere / (double) (hitsHere + alarms));
      hits = hitsHere;
    }
    double average = sum / positives.length;
    return new Metric.Value(
        average, Math.sqrt(Math.max(0, average * (1 - average)) / positives.length));
  }

  /**
   * Log loss, the mean of {@code -ln P(actual class)}, with probabilities kept 2<sup>-52</sup> away
   * from 0 and 1. The standard error is that of a mean.
   *
   * @return the loss in nats; undefined without rows or if a score is not a probability
   */
  public Metric logLoss() {
    return meanLoss(p -> -Math.log(Averages.clipped(p)), p -> -Math.log(Averages.clipped(1 - p)));
  }

  /**
   * Brier score, the mean of {@code (p - y)^2}. The standard error is that of a mean.
   *
   * @return the score in [0, 1], less is better; undefined without rows or if a score is not a
   *     probability
   */
  public Metric brier() {
    return meanLoss(p -> (1 - p) * (1 - p), p -> p * p);
  }

  /**
   * Expected calibration error of the probabilities in ten bins of equal counts.
   *
   * @return the error; undefined without rows or if a score is not a probability
   */
  public Metric calibrationError() {
    return calibrationError(CalibrationError.withDefaults());
  }

  /**
   * Expected calibration error of the probabilities.
   *
   * @param error how it is measured
   * @return the error; undefined without rows or if a score is not a probability
   */
  public Metric calibrationError(CalibrationError error) {
    double[] probabilities =
        DoubleStream.concat(Arrays.stream(positives), Arrays.stream(negatives)).toArray();
    boolean[] happened = new boolean[probabilities.length];
    Arrays.fill(happened, 0, positives.length, true);
    return error.of(probabilities, happened);
  }

  private Metric meanLoss(DoubleUnaryOperator ofPositive, DoubleUnaryOperator ofNegative) {
    if (rows() == 0) {
      return new Metric.Undefined("no labelled row");
    }
    if (!areProbabilities(positives) || !areProbabilities(negatives)) {
      return new Metric.Undefined("a score lies outside [0, 1] and is not a probability");
    }
    double[] losses =
        DoubleStream.concat(
                Arrays.stream(positives).map(ofPositive), Arrays.stream(negatives).map(ofNegative))
            .toArray();
    return new Metric.Value(Averages.mean(losses), Averages.standardError(losses));
  }

  private static boolean areProbabilities(double[] sorted) {
    return sorted.length == 0 || (sorted[0] >= 0 && sorted[sorted.length - 1] <= 1);
  }

  /**
   * Counts the decisions for the event at a threshold.
   *
   * @param threshold scores at or above it predict the event
   * @return the four counts
   * @throws IllegalArgumentException if the threshold is NaN
   */
  public ConfusionMatrix confusion(double threshold) {
    if (Double.isNaN(threshold)) {
      throw new IllegalArgumentException(
          "threshold = NaN: no score reaches it and none stays below");
    }
    int hits = atLeast(positives, threshold);
    int alarms = atLeast(negatives, threshold);
    return new ConfusionMatrix(negatives.length - alarms, alarms, positives.length - hits, hits);
  }

  /**
   * Returns the points of the ROC curve that its shape needs.
   *
   * @return the points, as {@link #rocCurve(int)} without a bound
   */
  public List<CurvePoint> rocCurve() {
    return rocCurve(Integer.MAX_VALUE);
  }

  /**
   * Returns points of the ROC curve, from the threshold infinity, which no score reaches, to the
   * lowest score. These are scikit-learn's {@code roc_curve(drop_intermediate=True)}: points on a
   * straight line of equal steps are left out, and the trapezoids below all points have the area
   * {@link #rocAuc()}.
   *
   * <p>If there are more than {@code most} points, points at even distances along the curve remain,
   * with both ends. The rates of a point that was left out differ from those of a remaining point
   * by at most {@code 2 / (most - 1)}, both differences added.
   *
   * @param most the most points to return, at least 2
   * @return the points in descending order of their thresholds; empty unless both classes are
   *     present
   * @throws IllegalArgumentException if fewer than 2 points are allowed
   */
  public List<CurvePoint> rocCurve(int most) {
    return positives.length == 0 || negatives.length == 0
        ? ThresholdCounts.none(most)
        : new ThresholdCounts(positives, negatives).rocCurve(most);
  }

  /**
   * Returns the points of the precision-recall curve that its shape needs.
   *
   * @return the points, as {@link #precisionRecallCurve(int)} without a bound
   */
  public List<CurvePoint> precisionRecallCurve() {
    return precisionRecallCurve(Integer.MAX_VALUE);
  }

  /**
   * Returns points of the precision-recall curve, from the threshold infinity, which no score
   * reaches, to the lowest score. At infinity recall is 0 and precision is 1 by convention. These
   * are scikit-learn's {@code precision_recall_curve(drop_intermediate=True)} in reverse order: of
   * consecutive points with the same recall the first and the last remain. The sum of {@code (R_k -
   * R_(k-1)) P_k} over all points is {@link #averagePrecision()}.
   *
   * <p>If there are more than {@code most} points, some are left out as in {@link #rocCurve(int)}.
   *
   * @param most the most points to return, at least 2
   * @return the points in descending order of their thresholds; empty if no row is positive
   * @throws IllegalArgumentException if fewer than 2 points are allowed
   */
  public List<CurvePoint> precisionRecallCurve(int most) {
    return positives.length == 0
        ? ThresholdCounts.none(most)
        : new ThresholdCounts(positives, negatives).precisionRecallCurve(most);
  }

  /** The number of sorted scores that reach the threshold. */
  private static int atLeast(double[] sorted, double threshold) {
    return sorted.length - PlacementMean.places(sorted, threshold, false);
  }
}
