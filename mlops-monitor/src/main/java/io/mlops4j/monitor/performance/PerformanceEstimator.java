package io.mlops4j.monitor.performance;

import io.mlops4j.monitor.live.state.StateReader;
import io.mlops4j.monitor.live.state.StateWriter;
import io.mlops4j.monitor.profile.internal.BinaryFrame;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;

/**
 * Estimates what a model's realised figures will be before any label arrives, from labelled
 * reference rows and from what the model answers now. There is one for {@linkplain #binary() two
 * classes}, one for {@linkplain #multiClass several classes} and one for {@linkplain #regression()
 * numbers}. The ideas and formulas are NannyML's.
 *
 * <p>The reference must not contain rows that the model was trained on: their answers are better
 * than those of new rows.
 *
 * <p><b>Standard errors.</b> They are those of the difference between the estimate and the realised
 * figure, by the delta method: the outcomes of the window's rows vary, and the reference has
 * measured what to expect of a kind of rows with its own rows only. So {@link
 * Metric.Value#interval} of 0.95 holds 95 % of realised figures, if the assumption below is true.
 *
 * <p><b>What it cannot see.</b> It assumes that equal rows turn out as they did in the reference.
 * That holds when the distribution of the features changes (covariate shift) within what the
 * reference has seen. It is blind to concept drift: if the same rows now lead to other outcomes, no
 * figure moves. {@link Estimate#limits()} states this with the numbers of the window.
 *
 * <p><b>Memory.</b> A window has the same size for any number of rows, and does not depend on the
 * order of rows and merges. The builder holds all reference rows.
 *
 * <p>Immutable and thread safe.
 */
public abstract sealed class PerformanceEstimator
    permits ScoreEstimator, ClassEstimator, ErrorEstimator {
  private final BinaryFrame frame;
  private final String use;
  private final long rows;
  private final long missing;

  /**
   * @param magic the first bytes of stored windows
   * @param use the method that adds rows of this task, for messages
   */
  PerformanceEstimator(int magic, String use, long rows, long missing) {
    this.frame =
        new BinaryFrame(
            "window of a PerformanceEstimator",
            magic,
            1,
            1,
            "its toBytes()",
            "count the rows again");
    this.use = use;
    this.rows = rows;
    this.missing = missing;
  }

  /**
   * Returns a builder for a classifier of two classes (confidence-based performance estimation).
   *
   * <p><b>Method.</b> A calibrated probability p says how likely each decision is right: 1 -
   * |decision - p|. Sums over the rows are the expected confusion, {@code TP = sum p} and {@code FP
   * = sum (1 - p)} of the rows that were predicted positive, {@code FN = sum p} and {@code TN = sum
   * (1 - p)} of the others. Accuracy, precision, recall and F1 follow from them, and ROC AUC from
   * the confusions at all thresholds of the score; equal scores count half. The errors are {@code
   * sum p (1 - p) slope^2} for the outcomes and, for the share of events q in each of 32 groups of
   * scores with n reference rows, {@code sum q (1 - q) / n (sum of slopes)^2}.
   *
   * <p><b>Figures:</b> {@code accuracy}, {@code precision}, {@code recall}, {@code f1}, {@code
   * roc_auc}, and the expected numbers of rows {@code true_negatives}, {@code false_positives},
   * {@code false_negatives} and {@code true_positives}.
   *
   * <p><b>Calibration.</b> Isotonic regression of the labels of reference rows on their scores. It
   * is kept only if it lowers the expected calibration error (ten bins of equal counts of the
   * score) of rows that it was not fitted on, on average over ten stratified folds. It is left out
   * if the reference has one class only, or a ROC AUC above 0.999. Scores that are not in [0, 1],
   * such as margins, are always calibrated. The result does not depend on the order of rows.
   *
   * <p><b>Memory.</b> A window has at most 1026 bins of the score, 25 kB. Each distinct score of
   * the reference has a bin of its own if there are at most 1024; otherwise scores within a bin
   * count as equal in ROC AUC, which moves it by less than 0.001. Sums are kept in units of
   * 2<sup>-30</sup>.
   *
   * <p><b>Special values.</b> Rows whose label or score is NaN are left out and counted. An
   * infinite score in the reference is rejected; in a window it counts as the nearest score of the
   * reference.
   *
   * @return a builder without rows, with the threshold 0.5
   */
  public static Builder binary() {
    return new ScoreEstimator.Fitting();
  }

  /**
   * Returns a builder for a classifier of several classes.
   *
   * <p><b>Method.</b> The probability of each class against all others is calibrated as {@link
   * #binary()} does, and the calibrated probabilities q of a row are divided by their sum. The most
   * probable class before calibration is the prediction, the first of equals. Sums of q over the
   * rows that were predicted as a class, and over the others, are the expected confusion of that
   * class with the rest. The errors of recall, F1 and ROC AUC are upper bounds, because the classes
   * of one row exclude each other.
   *
   * <p><b>Figures:</b> {@code accuracy}; {@code precision_macro}, {@code recall_macro} and {@code
   * f1_macro}, the means of the classes; {@code roc_auc_ovr}, the mean of the classes, each against
   * the rest, undefined if a class is not expected at all.
   *
   * <p><b>Memory.</b> A window has at most 26 kB for each class.
   *
   * <p><b>Special values.</b> Rows without a label, or with a NaN among their probabilities, are
   * left out and counted. An infinite one is rejected in the reference and counts as the nearest
   * one of the reference in a window.
   *
   * @param classes the number of classes, 2 or more
   * @return a builder without rows
   * @throws IllegalArgumentException if there are fewer
   */
  public static Builder multiClass(int classes) {
    return new ClassEstimator.Fitting(classes);
  }

  /**
   * Returns a builder for a regression model (direct loss estimation).
   *
   * <p><b>Method.</b> A regression tree of at most {@value ErrorEstimator#LEAVES} leaves finds
   * kinds of rows with errors of different size, from the features and the prediction. With
   * w<sub>k</sub> rows of a window in leaf k and m<sub>k</sub> the leaf's mean absolute error,
   * {@code MAE = sum w m / sum w}; RMSE is the root of the same with squared errors. The tree is
   * honest (Athey and Imbens 2016): every second row of the reference, at most 20 000, decides
   * where it splits, with at least {@value ErrorEstimator#SMALLEST} of them in a leaf, and only the
   * others say how large the errors in the leaves are. Otherwise the leaves would be chosen for
   * errors that are large or small by chance. A reference that is too small or has nothing to split
   * is one leaf of all rows. The estimate is also blind to a change within a leaf.
   *
   * <p>With s<sup>2</sup> the variance of the errors in a leaf and n its rows of the reference, the
   * standard error is the root of {@code sum w s^2 + sum w^2 s^2 / n} over the window's rows. The
   * interval of RMSE holds somewhat fewer realised figures where a few large errors dominate.
   *
   * <p><b>Figures:</b> {@code mae} and {@code rmse}, in the unit of the labels.
   *
   * <p><b>Memory.</b> A window is one count for each leaf.
   *
   * <p><b>Special values.</b> A NaN feature is missing and counts as below all numbers; an infinite
   * one is a number. Reference rows whose label or prediction is NaN are left out and counted,
   * infinite ones are rejected. A row of a window without a prediction is counted only. Errors near
   * the end of the range of a double do not overflow; a figure beyond it is undefined.
   *
   * @return a builder without rows
   */
  public static Builder regression() {
    return new ErrorEstimator.Fitting();
  }

  /** {@return the number of reference rows with a label and an answer; 1 or more} */
  public long rows() {
    return rows;
  }

  /** {@return the number of reference rows that were left out because one of them is missing} */
  public long missing() {
    return missing;
  }

  /** {@return the number of classes; 2 for {@link #binary()}, 0 for {@link #regression()}} */
  public abstract int classes();

  /**
   * {@return the score from which on the event is predicted; finite, and empty unless {@link
   * #binary()}}
   */
  public OptionalDouble threshold() {
    return OptionalDouble.empty();
  }

  /**
   * Returns the probability of the event that belongs to a score.
   *
   * @param score any score; beyond the reference's scores it counts as the nearest one
   * @return the probability in [0, 1]; NaN for NaN
   * @throws IllegalArgumentException unless this is an estimator of {@link #binary()}
   */
  public double probability(double score) {
    throw new IllegalArgumentException("probability: found a " + this + ", expected binary()");
  }

  /** {@return an empty window of rows without labels} */
  public abstract Window window();

  /**
   * Returns the window that {@link Window#toBytes} wrote.
   *
   * @param bytes the bytes
   * @return a window with the same rows, to which more can be added
   * @throws io.mlops4j.error.DataException if the bytes are damaged, or belong to an estimator that
   *     was fitted from other rows
   */
  public final Window window(byte[] bytes) {
    return StateReader.read(
        frame,
        bytes,
        in -> {
          Window window = window();
          window.read(in);
          return window;
        });
  }

  private static IllegalArgumentException otherTask(String use) {
    return new IllegalArgumentException(
        "found rows of another task, expected " + use + " of this estimator");
  }

  /** Collects labelled reference rows that the model was not trained on. Not thread safe. */
  public abstract static sealed class Builder
      permits ScoreEstimator.Fitting, ClassEstimator.Fitting, ErrorEstimator.Fitting {
    private final String use;
    private final List<double[]> rows = new ArrayList<>();
    private long missing;

    Builder(String use) {
      this.use = use;
    }

    /**
     * Adds rows of a classifier of two classes.
     *
     * @param labels 1 if the event happened, 0 if it did not, NaN if that is unknown
     * @param scores the model's score or probability of the event, one for each row; NaN if there
     *     is none
     * @return this builder
     * @throws IllegalArgumentException if the lengths differ, a label is neither 0, 1 nor NaN, a
     *     score is infinite, or this is not the builder of {@link #binary()}; no row is added then
     */
    public Builder add(double[] labels, double[] scores) {
      throw otherTask(use);
    }

    /**
     * Adds rows of a classifier of several classes.
     *
     * @param labels the class of each row, from 0; {@link MultiClassPerformance#UNKNOWN} if it is
     *     not known
     * @param probabilities the model's probability or score of each class, one array for each row;
     *     NaN if there is none
     * @return this builder
     * @throws IllegalArgumentException if the lengths differ, a label is out of range, a
     *     probability is infinite, or this is not the builder of {@link #multiClass}; no row is
     *     added then
     */
    public Builder add(int[] labels, double[][] probabilities) {
      throw otherTask(use);
    }

    /**
     * Adds rows of a regression model.
     *
     * @param labels the actual values, NaN if unknown
     * @param features the features of each row in the same order, all rows of the same length,
     *     which may be 0; NaN if missing. Categories as numbers of their own, such as 0 and 1 for
     *     each
     * @param predictions the predicted values, one for each row; NaN if there is none
     * @return this builder
     * @throws IllegalArgumentException if lengths differ, a label or prediction is infinite, an
     *     error is beyond the range of a double, or this is not the builder of {@link
     *     #regression()}; no row is added then
     */
    public Builder add(double[] labels, double[][] features, double[] predictions) {
      throw otherTask(use);
    }

    /**
     * Chooses the score from which on the event is predicted; 0.5 by default.
     *
     * @param score a finite score, before calibration
     * @return this builder
     * @throws IllegalArgumentException if it is not finite, or this is not the builder of {@link
     *     #binary()}
     */
    public Builder threshold(double score) {
      throw new IllegalArgumentException("threshold: only an estimator of binary() has one");
    }

    /**
     * Fits the estimator.
     *
     * @return the estimator of all rows that were added
     * @throws IllegalArgumentException if no row has a label and an answer, or if all labels are
     *     equal, or none is of some class, and its scores are not in [0, 1]
     */
    public PerformanceEstimator build() {
      if (rows.isEmpty()) {
        throw new IllegalArgumentException(
            "%s reference rows, none with a label and %s: add labelled rows"
                .formatted(missing, answer()));
      }
      return fit(rows, missing);
    }

    /** Keeps a row, or counts it if one of its numbers is missing. */
    final void keep(double label, double[] numbers, boolean complete) {
      if (complete) {
        double[] row = Arrays.copyOf(numbers, numbers.length + 1);
        row[numbers.length] = label;
        rows.add(row);
      } else {
        missing++;
      }
    }

    /** What a row needs besides its label, in words. */
    abstract String answer();

    /**
     * @param rows at least one; the numbers of each with its label at the end
     */
    abstract PerformanceEstimator fit(List<double[]> rows, long missing);
  }

  /** Returns a number of each row. */
  static double[] column(List<double[]> rows, int column) {
    return rows.stream().mapToDouble(row -> row[column]).toArray();
  }

  /**
   * Rows without labels, as sums: the memory does not grow with their number. Windows of the same
   * estimator merge exactly. Not thread safe.
   */
  public abstract static sealed class Window
      permits ScoreEstimator.Sums, ClassEstimator.Sums, ErrorEstimator.Sums {
    private final PerformanceEstimator of;
    long missing;
    long outside;

    Window(PerformanceEstimator of) {
      this.of = of;
    }

    /**
     * Adds rows of a classifier of two classes.
     *
     * @param scores the model's scores; NaN where there is none, which is counted
     * @throws IllegalArgumentException unless the estimator is one of {@link #binary()}
     */
    public void add(double... scores) {
      throw otherTask(of.use);
    }

    /**
     * Adds rows of a classifier of several classes, all or none.
     *
     * @param probabilities the model's probability of each class, one array for each row; NaN if
     *     there is none, and then the row is only counted
     * @throws IllegalArgumentException if their number is not that of the classes, or the estimator
     *     is not one of {@link #multiClass}
     */
    public void add(double[][] probabilities) {
      throw otherTask(of.use);
    }

    /**
     * Adds rows of a regression model, all or none.
     *
     * @param features the features of each row in the order of the reference; NaN if missing
     * @param predictions the predicted values, one for each row; NaN where there is none, which is
     *     counted
     * @throws IllegalArgumentException if lengths differ, the number of features is not that of the
     *     reference, or the estimator is not one of {@link #regression()}
     */
    public void add(double[][] features, double[] predictions) {
      throw otherTask(of.use);
    }

    /**
     * Returns the window of all rows of this one and another one. Both stay as they are.
     *
     * @param other a window of the same estimator
     * @return a new window
     * @throws IllegalArgumentException if the other window belongs to another estimator
     */
    public Window merge(Window other) {
      if (other.of != of) {
        throw new IllegalArgumentException(
            "windows of two estimators cannot be merged: take both from the same"
                + " PerformanceEstimator");
      }
      Window both = of.window();
      both.include(this);
      both.include(other);
      return both;
    }

    /** Adds the rows of a window of the same estimator. */
    final void include(Window other) {
      addSums(other);
      missing += other.missing;
      outside += other.outside;
    }

    /**
     * Returns the sums as bytes, which {@link PerformanceEstimator#window(byte[])} reads. Equal
     * sums give equal bytes.
     *
     * @return a checksummed binary form
     */
    public byte[] toBytes() {
      StateWriter out = new StateWriter(of.frame);
      write(out);
      return out.toBytes();
    }

    /** {@return the figures to expect of the rows so far} */
    public abstract Estimate estimate();

    abstract void addSums(Window other);

    abstract void write(StateWriter out);

    abstract void read(StateReader in);
  }

  /**
   * The figures to expect of a window.
   *
   * @param rows the number of rows with an answer
   * @param missing the number of rows without an answer, which are left out
   * @param outside the number of rows beyond all values of the reference, or without a feature that
   *     all rows of the reference have; of several classes, that of the class with most such rows
   * @param figures the figures by name, as {@link PerformanceEstimator} lists them for each task; a
   *     figure that the rows do not define is {@link Metric.Undefined}; unmodifiable
   * @param limits what this estimate cannot see, in sentences for people; never empty
   */
  public record Estimate(
      long rows, long missing, long outside, Map<String, Metric> figures, List<String> limits) {

    /**
     * Copies the figures and limits.
     *
     * @param rows the number of rows with an answer
     * @param missing the number of rows without an answer
     * @param outside the number of rows beyond the reference
     * @param figures the figures by name
     * @param limits what this estimate cannot see
     */
    public Estimate {
      figures = Collections.unmodifiableMap(new LinkedHashMap<>(figures));
      limits = List.copyOf(limits);
    }

    /**
     * Returns one figure.
     *
     * @param name its name, for example {@code accuracy}
     * @return the figure to expect, with its standard error
     * @throws IllegalArgumentException if there is no figure of this name
     */
    public Metric figure(String name) {
      Metric figure = figures.get(Objects.requireNonNull(name, "name"));
      if (figure == null) {
        throw new IllegalArgumentException(
            "figure: found \"" + name + "\", expected one of " + figures.keySet());
      }
      return figure;
    }
  }
}
