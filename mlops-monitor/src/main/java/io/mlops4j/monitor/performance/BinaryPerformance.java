package io.mlops4j.monitor.performance;

import java.util.Arrays;
import java.util.Objects;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.DoubleStream;

/**
 * Realised performance of a binary model on labelled rows. Agrees with scikit-learn; ties between
 * scores are counted rightly.
 *
 * <p>A row whose label or score is NaN is left out and counted in {@link #missing()}. What the rows
 * do not define, such as the ROC AUC of rows of one class, is a {@link Metric.Undefined}; no rows
 * at all are allowed and define nothing. Log loss and Brier score read scores as probabilities and
 * are undefined when one lies outside [0, 1]; the other metrics take any score.
 *
 * <p>The standard errors assume independent rows. Immutable and thread safe; the arrays are copied.
 */
public final class BinaryPerformance {
  /**
   * A probability of 0 or 1 that was wrong costs this much less than infinity, as in scikit-learn.
   */
  private static final double LEAST_PROBABILITY = Math.ulp(1.0);

  // the scores of each class, sorted: all that any metric needs
  private final double[] positives;
  private final double[] negatives;
  private final long missing;

  private BinaryPerformance(double[] positives, double[] negatives, long missing) {
    this.positives = positives;
    this.negatives = negatives;
    this.missing = missing;
  }

  /**
   * Takes labelled rows.
   *
   * @param labels 1 where the event happened, 0 where it did not, NaN where it is unknown
   * @param scores the model's score or probability of the event, row by row; NaN where there is
   *     none
   * @return the performance on these rows
   * @throws IllegalArgumentException if the lengths differ or a label is neither 0, 1 nor NaN
   */
  public static BinaryPerformance of(double[] labels, double[] scores) {
    Objects.requireNonNull(labels, "labels");
    Objects.requireNonNull(scores, "scores");
    if (labels.length != scores.length) {
      throw new IllegalArgumentException(
          labels.length
              + " labels, "
              + scores.length
              + " scores: each row needs one of each, NaN where it is unknown");
    }
    double[] positives = sortedScores(labels, scores, 1);
    double[] negatives = sortedScores(labels, scores, 0);
    return new BinaryPerformance(
        positives, negatives, labels.length - positives.length - negatives.length);
  }

  private static double[] sortedScores(double[] labels, double[] scores, int label) {
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

  private static void checkLabel(double label, int row) {
    if (label != 0 && label != 1 && !Double.isNaN(label)) {
      throw new IllegalArgumentException(
          "labels[%s] = %s: a binary label is 0 or 1, or NaN where it is unknown"
              .formatted(row, label));
    }
  }

  /**
   * Rows with a label and a score.
   *
   * @return their number
   */
  public long rows() {
    return (long) positives.length + negatives.length;
  }

  /**
   * Rows that were left out because their label or score is NaN.
   *
   * @return their number
   */
  public long missing() {
    return missing;
  }

  /**
   * Rows where the event happened.
   *
   * @return their number
   */
  public long positives() {
    return positives.length;
  }

  /**
   * Rows where the event did not happen.
   *
   * @return their number
   */
  public long negatives() {
    return negatives.length;
  }

  /**
   * Area under the ROC curve: the probability that a row with the event scores above one without,
   * ties counting half. The standard error is DeLong's (DeLong, DeLong and Clarke-Pearson 1988):
   * the variances of both classes' placements among the other class. A class of a single row has no
   * variance to measure; there its largest possible one, {@code A (1 - A)}, is taken.
   *
   * @return the area; undefined unless both classes are present
   */
  public Metric rocAuc() {
    if (positives.length == 0 || negatives.length == 0) {
      return new Metric.Undefined(
          rows() == 0 ? "no labelled row" : "all " + rows() + " rows are of one class");
    }
    double[] placements = placements(positives, negatives);
    double area = mean(placements);
    double variance =
        variance(placements, area * (1 - area)) / positives.length
            + variance(placements(negatives, positives), area * (1 - area)) / negatives.length;
    return new Metric.Value(area, Math.sqrt(variance));
  }

  /** For each score the share of the others below it, equal ones counting half. */
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
   * @return the average precision; undefined when no row is positive
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
   * Log loss, the mean of {@code -ln P(what happened)}, with probabilities kept 2<sup>-52</sup>
   * away from 0 and 1. The standard error is that of a mean.
   *
   * @return the loss in nats; undefined without rows or when a score is no probability
   */
  public Metric logLoss() {
    return meanLoss(p -> -Math.log(clipped(p)), p -> -Math.log(clipped(1 - p)));
  }

  private static double clipped(double probability) {
    return Math.max(LEAST_PROBABILITY, Math.min(1 - LEAST_PROBABILITY, probability));
  }

  /**
   * Brier score, the mean of {@code (p - y)^2}. The standard error is that of a mean.
   *
   * @return the score in [0, 1], less is better; undefined without rows or when a score is no
   *     probability
   */
  public Metric brier() {
    return meanLoss(p -> (1 - p) * (1 - p), p -> p * p);
  }

  /**
   * Expected calibration error of the probabilities in ten bins of equal counts.
   *
   * @return the error; undefined without rows or when a score is no probability
   */
  public Metric calibrationError() {
    return calibrationError(CalibrationError.withDefaults());
  }

  /**
   * Expected calibration error of the probabilities.
   *
   * @param error in which bins it is measured
   * @return the error; undefined without rows or when a score is no probability
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
      return new Metric.Undefined("a score lies outside [0, 1] and is no probability");
    }
    double[] losses =
        DoubleStream.concat(
                Arrays.stream(positives).map(ofPositive), Arrays.stream(negatives).map(ofNegative))
            .toArray();
    return new Metric.Value(
        mean(losses), Math.sqrt(variance(losses, Double.POSITIVE_INFINITY) / losses.length));
  }

  private static boolean areProbabilities(double[] sorted) {
    return sorted.length == 0 || (sorted[0] >= 0 && sorted[sorted.length - 1] <= 1);
  }

  /**
   * Decides for the event where the score reaches a threshold, and counts.
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

  /** How many of the sorted scores reach the threshold. */
  private static int atLeast(double[] sorted, double threshold) {
    int low = 0;
    int high = sorted.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (sorted[middle] < threshold) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return sorted.length - low;
  }

  private static double mean(double[] values) {
    return Arrays.stream(values).sum() / values.length;
  }

  /** Variance with divisor n - 1. */
  private static double variance(double[] values, double ofSingleValue) {
    if (values.length == 1) {
      return ofSingleValue;
    }
    double mean = mean(values);
    return Arrays.stream(values).map(x -> (x - mean) * (x - mean)).sum() / (values.length - 1);
  }
}
