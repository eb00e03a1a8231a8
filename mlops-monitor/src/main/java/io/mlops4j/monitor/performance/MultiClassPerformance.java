package io.mlops4j.monitor.performance;

import java.util.Arrays;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * Realised performance of a model of several classes on labelled rows. Agrees with scikit-learn,
 * and handles ties between scores correctly.
 *
 * <p>A row without a label or with a NaN among its probabilities is left out and counted in {@link
 * #missing()}. A metric that the rows do not define is a {@link Metric.Undefined}; an empty set of
 * rows is allowed. Log loss, Brier score and calibration are undefined if the probabilities of a
 * row lie outside [0, 1] or do not sum to 1 (within 0.01, for rounded ones); the other metrics take
 * any scores.
 *
 * <p>The standard errors assume independent rows. Immutable and thread safe; the arrays are copied.
 */
public final class MultiClassPerformance {
  /** The label of a row whose class is not known. */
  public static final int UNKNOWN = -1;

  private static final double SUM_TOLERANCE = 0.01;
  private final int classes;
  private final int[] labels;
  private final double[][] scores;
  private final long missing;

  private MultiClassPerformance(int classes, int[] labels, double[][] scores, long missing) {
    this.classes = classes;
    this.labels = labels;
    this.scores = scores;
    this.missing = missing;
  }

  /**
   * Computes the performance on labelled rows.
   *
   * @param classes the number of classes, at least 2
   * @param labels the class of each row, from 0; {@link #UNKNOWN} if it is not known
   * @param probabilities the model's probability or score of each class, one array for each row;
   *     NaN if there is none
   * @return the performance on these rows
   * @throws IllegalArgumentException if the lengths differ, there are fewer than 2 classes or a
   *     label is out of range
   */
  public static MultiClassPerformance of(int classes, int[] labels, double[][] probabilities) {
    Objects.requireNonNull(labels, "labels");
    Objects.requireNonNull(probabilities, "probabilities");
    if (classes < 2) {
      throw new IllegalArgumentException("classes = " + classes + ": at least 2 are needed");
    }
    if (labels.length != probabilities.length) {
      throw new IllegalArgumentException(
          labels.length
              + " labels, "
              + probabilities.length
              + " rows of probabilities: each row needs one of each");
    }
    int[] known =
        IntStream.range(0, labels.length)
            .filter(row -> isKnown(row, classes, labels[row], probabilities[row]))
            .toArray();
    return new MultiClassPerformance(
        classes,
        Arrays.stream(known).map(row -> labels[row]).toArray(),
        Arrays.stream(known).mapToObj(row -> probabilities[row].clone()).toArray(double[][]::new),
        labels.length - known.length);
  }

  private static boolean isKnown(int row, int classes, int label, double[] probabilities) {
    if (label < UNKNOWN || label >= classes) {
      throw new IllegalArgumentException(
          "labels[%s] = %s: a label goes from 0 to %s, or is %s where it is unknown"
              .formatted(row, label, classes - 1, UNKNOWN));
    }
    if (probabilities.length != classes) {
      throw new IllegalArgumentException(
          "probabilities[%s] has length %s: one for each of %s classes is needed"
              .formatted(row, probabilities.length, classes));
    }
    return label != UNKNOWN && Arrays.stream(probabilities).noneMatch(Double::isNaN);
  }

  /** {@return the number of rows with a label and probabilities} */
  public long rows() {
    return labels.length;
  }

  /**
   * {@return the number of rows that were left out because their label or a probability is missing}
   */
  public long missing() {
    return missing;
  }

  /**
   * Counts the decisions for the most probable class, the first of equals.
   *
   * @return the counts
   */
  public ClassConfusion confusion() {
    return ClassConfusion.of(
        classes,
        labels,
        Arrays.stream(scores).mapToInt(MultiClassPerformance::mostProbable).toArray());
  }

  /**
   * Top-k accuracy: the share of rows whose class is among the k most probable ones. Of equally
   * probable classes the first comes first, as in {@link #confusion()}; scikit-learn prefers the
   * last. The standard error is binomial.
   *
   * @param k the number of classes that count, at least 1; with 1 it is the accuracy, with all
   *     classes it is 1
   * @return the share; undefined without rows
   * @throws IllegalArgumentException if k is below 1
   */
  public Metric topKAccuracy(int k) {
    if (k < 1) {
      throw new IllegalArgumentException("k = " + k + ": at least one class must count");
    }
    long hits =
        IntStream.range(0, labels.length).filter(row -> rank(scores[row], labels[row]) < k).count();
    return ConfusionMatrix.share(hits, rows(), "no labelled row");
  }

  /** The number of classes that come before this one. */
  private static long rank(double[] scores, int label) {
    return IntStream.range(0, scores.length)
        .filter(c -> scores[c] > scores[label] || (scores[c] == scores[label] && c < label))
        .count();
  }

  static int mostProbable(double[] scores) {
    int best = 0;
    for (int c = 1; c < scores.length; c++) {
      best = scores[c] > scores[best] ? c : best;
    }
    return best;
  }

  /**
   * Log loss, the mean of {@code -ln P(actual class)}, with probabilities kept 2<sup>-52</sup> away
   * from 0 and 1 and each row divided by its sum. The standard error is that of a mean.
   *
   * @return the loss in nats; undefined without rows or probabilities
   */
  public Metric logLoss() {
    return meanLoss(
        (label, row) ->
            Math.log(
                Arrays.stream(row).map(Averages::clipped).sum() / Averages.clipped(row[label])));
  }

  /**
   * Brier score, the mean of the squared distance of a row's probabilities from its actual class,
   * summed over the classes: from 0 to 2, for two classes twice the binary score. The standard
   * error is that of a mean.
   *
   * @return the score; undefined without rows or probabilities
   */
  public Metric brier() {
    return meanLoss(
        (label, row) ->
            IntStream.range(0, row.length)
                .mapToDouble(c -> row[c] - (c == label ? 1 : 0))
                .map(x -> x * x)
                .sum());
  }

  private Metric meanLoss(Loss loss) {
    return ifProbabilities(
        () ->
            Averages.metric(
                IntStream.range(0, labels.length)
                    .mapToDouble(row -> loss.of(labels[row], scores[row]))
                    .toArray()));
  }

  @FunctionalInterface
  private interface Loss {
    double of(int label, double[] probabilities);
  }

  /**
   * Calibration of the predicted class: its probability against how often it was correct.
   *
   * @param error how it is measured
   * @return the error; undefined without rows or probabilities
   */
  public Metric calibrationError(CalibrationError error) {
    Objects.requireNonNull(error, "error");
    return ifProbabilities(
        () -> {
          boolean[] right = new boolean[labels.length];
          double[] confidence = new double[labels.length];
          for (int row = 0; row < right.length; row++) {
            int predicted = mostProbable(scores[row]);
            right[row] = predicted == labels[row];
            confidence[row] = Math.min(1, scores[row][predicted]);
          }
          return error.of(confidence, right);
        });
  }

  private Metric ifProbabilities(Supplier<Metric> metric) {
    if (labels.length == 0) {
      return new Metric.Undefined("no labelled row");
    }
    return Arrays.stream(scores).allMatch(MultiClassPerformance::areProbabilities)
        ? metric.get()
        : new Metric.Undefined("the scores of a row are not probabilities that sum to 1");
  }

  private static boolean areProbabilities(double[] row) {
    return Arrays.stream(row).allMatch(p -> p >= 0 && p <= 1 + SUM_TOLERANCE)
        && Math.abs(Arrays.stream(row).sum() - 1) <= SUM_TOLERANCE;
  }

  /**
   * Mean area under the ROC curves of the classes, each against all others, by the class's score.
   * The standard error is DeLong's with the covariances of the classes' areas: each row's
   * placements in all of them are averaged before their variance is taken. A class of a single row
   * gets the largest possible variance, {@code A (1 - A)}.
   *
   * @return the mean area; undefined if a class has no row
   */
  public Metric rocAuc() {
    return rocAuc(true);
  }

  /**
   * Mean area under the ROC curves of each class against each other one, by the first one's score
   * (Hand and Till 2001), of the classes that have rows. The standard error is that of {@link
   * #rocAuc()}.
   *
   * @return the mean area; undefined if fewer than two classes have rows
   */
  public Metric rocAucOneVersusOne() {
    return rocAuc(false);
  }

  private Metric rocAuc(boolean againstRest) {
    int[] present =
        IntStream.range(0, classes)
            .filter(c -> Arrays.stream(labels).anyMatch(label -> label == c))
            .toArray();
    if (present.length < 2) {
      return new Metric.Undefined(
          labels.length == 0 ? "no labelled row" : "all " + rows() + " rows are of one class");
    }
    if (againstRest && present.length < classes) {
      return new Metric.Undefined(
          (classes - present.length) + " of " + classes + " classes have no row");
    }
    PlacementMean areas = new PlacementMean(labels.length);
    for (int c : present) {
      double[] ofClass = Arrays.stream(scores).mapToDouble(row -> row[c]).toArray();
      if (againstRest) {
        areas.add(ofClass, rowsWhere(c, true), rowsWhere(c, false));
      } else {
        for (int other : present) {
          if (other != c) {
            areas.add(ofClass, rowsWhere(c, true), rowsWhere(other, true));
          }
        }
      }
    }
    return areas.metric();
  }

  private int[] rowsWhere(int label, boolean equal) {
    return IntStream.range(0, labels.length)
        .filter(row -> (labels[row] == label) == equal)
        .toArray();
  }
}
