package io.mlops4j.monitor.performance;

import io.mlops4j.monitor.internal.Figures;
import io.mlops4j.monitor.profile.internal.BinaryFrame;
import io.mlops4j.monitor.state.StateReader;
import io.mlops4j.monitor.state.StateWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * Confidence-based performance estimation: what a binary classifier's realised figures will be,
 * from its scores, before any label arrives. The formulas are NannyML's. For several classes there
 * is {@link MultiClassCbpe}.
 *
 * <p><b>Method.</b> A calibrated probability p says how likely each decision is right: 1 -
 * |decision - p|. Sums over the rows are the expected confusion, {@code TP = sum p} and {@code FP =
 * sum (1 - p)} of the rows that were predicted positive, {@code FN = sum p} and {@code TN = sum (1
 * - p)} of the others. Accuracy, precision, recall and F1 follow from them, and ROC AUC from the
 * confusions at all thresholds of the score; equal scores count half.
 *
 * <p><b>Calibration.</b> Isotonic regression of the labels of reference rows on their scores. It is
 * kept only if it lowers the expected calibration error (ten bins of equal counts of the score) of
 * rows that it was not fitted on, on average over ten stratified folds. It is left out if the
 * reference has one class only, or a ROC AUC above 0.999. Scores that are not in [0, 1], such as
 * margins, are always calibrated. The reference must not contain rows that the model was trained
 * on: their scores are better than those of new rows.
 *
 * <p><b>Standard errors.</b> They are those of the difference between the estimate and the realised
 * figure, by the delta method: the outcomes of the window's rows vary, {@code sum p (1 - p)
 * slope^2}, and the reference has measured the share of events q in each of 32 groups of scores
 * with n rows only, {@code sum q (1 - q) / n (sum of slopes)^2}. So {@link Metric.Value#interval}
 * of 0.95 holds 95 % of realised figures, if the assumption below is true.
 *
 * <p><b>What it cannot see.</b> It assumes that a score means the same as in the reference. It
 * holds when the distribution of the features changes (covariate shift) within what the reference
 * has seen. It is blind to concept drift: if the same score leads to other outcomes, no figure
 * moves. {@link Estimate#limits()} states this with the numbers of the window.
 *
 * <p><b>Memory.</b> A window has at most 1026 bins of the score, 25 kB, for any number of rows.
 * Each distinct score of the reference has a bin of its own if there are at most 1024; otherwise
 * scores within a bin count as equal in ROC AUC, which moves it by less than 0.001. Sums are kept
 * in units of 2<sup>-30</sup>, so that they do not depend on the order of rows and merges.
 *
 * <p><b>Special values.</b> Rows whose label or score is NaN are left out and counted. An infinite
 * score in the reference is rejected; in a window it counts as the nearest score of the reference.
 *
 * <p>Immutable and thread safe. The estimator does not depend on the order of the reference's rows.
 */
public final class Cbpe {
  private static final double UNIT = 1 << 30;
  private static final BinaryFrame FRAME =
      new BinaryFrame(
          "window of a Cbpe", 0x4d4c4342, 1, 1, "its toBytes()", "count the rows again"); // "MLCB"

  private final ScoreCalibration calibration;
  private final ScoreBins bins;
  private final double threshold;
  private final double lowest;
  private final double highest;
  private final long rows;
  private final long missing;

  private Cbpe(double[] scores, double[] labels, double threshold, long missing) {
    this.calibration = ScoreCalibration.fit(scores, labels);
    this.bins = new ScoreBins(scores, threshold, calibration::probability);
    this.threshold = threshold;
    this.lowest = scores[0];
    this.highest = scores[scores.length - 1];
    this.rows = scores.length;
    this.missing = missing;
  }

  /** {@return a builder without rows, with the threshold 0.5} */
  public static Builder builder() {
    return new Builder();
  }

  /** {@return the number of reference rows with a label and a score; 1 or more} */
  public long rows() {
    return rows;
  }

  /** {@return the number of reference rows that were left out because one of them is NaN} */
  public long missing() {
    return missing;
  }

  /** {@return the score from which on the event is predicted; finite} */
  public double threshold() {
    return threshold;
  }

  /** {@return whether scores are calibrated; if not, they are taken as probabilities} */
  public boolean isCalibrated() {
    return calibration.isCalibrated();
  }

  /**
   * Returns the probability of the event that belongs to a score.
   *
   * @param score any score; beyond the reference's scores it counts as the nearest one
   * @return the probability in [0, 1]; NaN for NaN
   */
  public double probability(double score) {
    return Double.isNaN(score) ? Double.NaN : calibration.probability(score);
  }

  /** The group of a score, whose share of events the reference has measured together. */
  int group(double score) {
    return bins.group(bins.indexOf(score));
  }

  /** The variance of the share of events in a group. */
  double variance(int group) {
    return bins.variance(group);
  }

  /** {@return an empty window of rows without labels} */
  public Window window() {
    return new Window(this);
  }

  /**
   * Returns the window that {@link Window#toBytes} wrote.
   *
   * @param bytes the bytes
   * @return a window with the same rows, to which more can be added
   * @throws io.mlops4j.error.DataException if the bytes are damaged, or belong to an estimator that
   *     was fitted from other rows
   */
  public Window window(byte[] bytes) {
    return StateReader.read(
        FRAME,
        bytes,
        in -> {
          in.check(in.int64() == identity(), "it belongs to another Cbpe");
          Window window = new Window(this);
          in.counts(window.rows);
          in.counts(window.events);
          in.counts(window.spread);
          window.missing = in.count();
          window.outside = in.count();
          return window;
        });
  }

  /** A number that differs between estimators of other rows, for all practical purposes. */
  private long identity() {
    return 31L * Objects.hash(rows, threshold, lowest, highest)
        + bins.identity(calibration::probability);
  }

  /** {@return the number of reference rows, and whether and why scores are calibrated} */
  @Override
  public String toString() {
    return "Cbpe of " + Figures.of(rows) + " rows, " + calibration.reason();
  }

  /** Collects labelled reference rows. Not thread safe. */
  public static final class Builder {
    private final List<double[]> labels = new ArrayList<>();
    private final List<double[]> scores = new ArrayList<>();
    private double threshold = 0.5;

    private Builder() {}

    /**
     * Adds labelled rows that the model was not trained on.
     *
     * @param labels 1 if the event happened, 0 if it did not, NaN if that is unknown
     * @param scores the model's score or probability of the event, one for each row; NaN if there
     *     is none
     * @return this builder
     * @throws IllegalArgumentException if the lengths differ, a label is neither 0, 1 nor NaN, or a
     *     score is infinite
     */
    public Builder add(double[] labels, double[] scores) {
      Objects.requireNonNull(labels, "labels");
      Objects.requireNonNull(scores, "scores");
      BinaryPerformance.checkLengths(labels, scores);
      for (int row = 0; row < labels.length; row++) {
        BinaryPerformance.checkLabel(labels[row], row);
        if (Double.isInfinite(scores[row])) {
          throw new IllegalArgumentException(
              "scores[%s] = %s: the score of a reference row is finite, or NaN where there is none"
                  .formatted(row, scores[row]));
        }
      }
      this.labels.add(labels.clone());
      this.scores.add(scores.clone());
      return this;
    }

    /**
     * Chooses the score from which on the event is predicted; 0.5 by default.
     *
     * @param score a finite score, before calibration
     * @return this builder
     * @throws IllegalArgumentException if it is not finite
     */
    public Builder threshold(double score) {
      if (!Double.isFinite(score)) {
        throw new IllegalArgumentException("threshold = " + score + ": a threshold is finite");
      }
      this.threshold = score;
      return this;
    }

    /**
     * Fits the estimator.
     *
     * @return the estimator of all rows that were added
     * @throws IllegalArgumentException if no row has a label and a score, or if all labels are
     *     equal and the scores are not in [0, 1]
     */
    public Cbpe build() {
      double[] allLabels = labels.stream().flatMapToDouble(Arrays::stream).toArray();
      double[] allScores = scores.stream().flatMapToDouble(Arrays::stream).toArray();
      double[] negatives = BinaryPerformance.sortedScores(allLabels, allScores, 0);
      double[] positives = BinaryPerformance.sortedScores(allLabels, allScores, 1);
      int known = negatives.length + positives.length;
      if (known == 0) {
        throw new IllegalArgumentException(
            "%s reference rows, none with a label and a score: add labelled rows"
                .formatted(allLabels.length));
      }
      double[] sorted = new double[known];
      double[] happened = new double[known];
      int n = 0;
      int p = 0;
      while (n + p < known) {
        boolean isEvent =
            n == negatives.length || (p < positives.length && positives[p] < negatives[n]);
        happened[n + p] = isEvent ? 1 : 0;
        sorted[n + p] = isEvent ? positives[p] : negatives[n];
        p += isEvent ? 1 : 0;
        n += isEvent ? 0 : 1;
      }
      return new Cbpe(sorted, happened, threshold, allLabels.length - known);
    }
  }

  /**
   * Rows without labels, as sums: the memory does not grow with their number. Windows of the same
   * estimator merge exactly. Not thread safe.
   */
  public static final class Window {
    private final Cbpe cbpe;
    private final long[] rows;
    private final long[] events;
    private final long[] spread;
    private long missing;
    private long outside;

    private Window(Cbpe cbpe) {
      this.cbpe = cbpe;
      this.rows = new long[cbpe.bins.size()];
      this.events = new long[rows.length];
      this.spread = new long[rows.length];
    }

    /**
     * Adds a row.
     *
     * @param score the model's score; NaN if there is none, which is counted
     */
    public void add(double score) {
      if (Double.isNaN(score)) {
        missing++;
        return;
      }
      double probability = cbpe.calibration.probability(score);
      int bin = cbpe.bins.indexOf(score);
      rows[bin]++;
      events[bin] += Math.round(probability * UNIT);
      spread[bin] += Math.round(probability * (1 - probability) * UNIT);
      outside += score < cbpe.lowest || score > cbpe.highest ? 1 : 0;
    }

    /**
     * Adds rows.
     *
     * @param scores the model's scores; NaN where there is none
     */
    public void add(double[] scores) {
      for (double score : scores) {
        add(score);
      }
    }

    /**
     * Returns the window of all rows of this one and another one. Both stay as they are.
     *
     * @param other a window of the same estimator
     * @return a new window
     * @throws IllegalArgumentException if the other window belongs to another estimator
     */
    public Window merge(Window other) {
      if (other.cbpe != cbpe) {
        throw new IllegalArgumentException(
            "windows of two estimators cannot be merged: take both from the same Cbpe");
      }
      Window both = new Window(cbpe);
      for (Window one : List.of(this, other)) {
        for (int bin = 0; bin < rows.length; bin++) {
          both.rows[bin] += one.rows[bin];
          both.events[bin] += one.events[bin];
          both.spread[bin] += one.spread[bin];
        }
        both.missing += one.missing;
        both.outside += one.outside;
      }
      return both;
    }

    /**
     * Returns the sums as bytes, which {@link Cbpe#window(byte[])} reads. Equal sums give equal
     * bytes.
     *
     * @return a checksummed binary form
     */
    public byte[] toBytes() {
      return new StateWriter(FRAME)
          .put(cbpe.identity())
          .put(rows)
          .put(events)
          .put(spread)
          .put(missing)
          .put(outside)
          .toBytes();
    }

    /** {@return the figures to expect of the rows so far} */
    public Estimate estimate() {
      ExpectedFigures figures =
          new ExpectedFigures(
              cbpe.bins,
              rows,
              Arrays.stream(events).mapToDouble(sum -> sum / UNIT).toArray(),
              Arrays.stream(spread).mapToDouble(sum -> sum / UNIT).toArray());
      long all = Arrays.stream(rows).sum();
      return new Estimate(
          all,
          missing,
          outside,
          figures.confusion(),
          figures.accuracy(),
          figures.precision(),
          figures.recall(),
          figures.f1(),
          figures.rocAuc(),
          cbpe.limits(all, outside));
    }
  }

  private List<String> limits(long all, long outside) {
    List<String> limits = new ArrayList<>();
    limits.add(
        "Concept drift is not seen: if the same score now leads to other outcomes, no figure moves."
            + " Compare with the realised figures when labels arrive.");
    limits.add(
        "Only the score is seen: the scores are %s (%s reference rows)."
            .formatted(calibration.reason(), Figures.of(rows)));
    if (outside > 0) {
      limits.add(
          "%s of %s rows (%s) have a score beyond the reference's, %s to %s, and count as the nearest one."
              .formatted(
                  Figures.of(outside),
                  Figures.of(all),
                  Figures.share((double) outside / all),
                  Figures.of(lowest),
                  Figures.of(highest)));
    }
    return List.copyOf(limits);
  }

  /**
   * The figures to expect of a window.
   *
   * @param rows the number of rows with a score
   * @param missing the number of rows without a score, which are left out
   * @param outside the number of rows whose score is beyond all scores of the reference
   * @param confusion the expected counts
   * @param accuracy expected share of right decisions; undefined without rows
   * @param precision expected precision; undefined if no row was predicted positive
   * @param recall expected recall; undefined if no event is expected
   * @param f1 expected F1; undefined if no row was predicted positive and no event is expected
   * @param rocAuc expected area under the ROC curve; undefined unless both classes are expected
   * @param limits what this estimate cannot see, in sentences for people; never empty
   */
  public record Estimate(
      long rows,
      long missing,
      long outside,
      ExpectedConfusion confusion,
      Metric accuracy,
      Metric precision,
      Metric recall,
      Metric f1,
      Metric rocAuc,
      List<String> limits) {

    /**
     * Copies the limits.
     *
     * @param rows the number of rows with a score
     * @param missing the number of rows without a score, which are left out
     * @param outside the number of rows whose score is beyond all scores of the reference
     * @param confusion the expected counts
     * @param accuracy expected share of right decisions
     * @param precision expected precision
     * @param recall expected recall
     * @param f1 expected F1
     * @param rocAuc expected area under the ROC curve
     * @param limits what this estimate cannot see
     */
    public Estimate {
      limits = List.copyOf(limits);
    }
  }

  /**
   * The four counts to expect; their sum is the number of rows.
   *
   * @param trueNegatives rows without the event, none predicted; 0 or more
   * @param falsePositives rows without the event, one predicted; 0 or more
   * @param falseNegatives rows with the event, none predicted; 0 or more
   * @param truePositives rows with the event, one predicted; 0 or more
   */
  public record ExpectedConfusion(
      double trueNegatives, double falsePositives, double falseNegatives, double truePositives) {}
}
