package io.mlops4j.monitor.performance;

import io.mlops4j.monitor.internal.Figures;
import io.mlops4j.monitor.profile.internal.BinaryFrame;
import io.mlops4j.monitor.state.StateReader;
import io.mlops4j.monitor.state.StateWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * Confidence-based performance estimation of a classifier of several classes: its figures to
 * expect, from its probabilities, before any label arrives. {@link Cbpe} explains the method, which
 * is NannyML's, and is the estimator of two classes.
 *
 * <p><b>Method.</b> The probability of each class against all others is calibrated as {@link Cbpe}
 * does, and the calibrated probabilities q of a row are divided by their sum. The most probable
 * class before calibration is the prediction, the first of equals. Sums of q over the rows that
 * were predicted as a class, and over the others, are the expected confusion of that class with the
 * rest. ROC AUC is the mean of the classes' estimates, one versus rest.
 *
 * <p><b>Standard errors.</b> They are those of the difference between the estimate and the realised
 * figure: outcomes vary, and the reference has measured the calibration of a class with its own
 * rows only, in 32 groups of its probability. Recall, F1 and ROC AUC are upper bounds, because the
 * classes of one row exclude each other.
 *
 * <p><b>What it cannot see.</b> It is blind to concept drift, as {@link Cbpe} is. {@link
 * Estimate#limits()} states this with the numbers of the window.
 *
 * <p><b>Memory.</b> A window has at most 26 kB for each class, for any number of rows. It merges
 * exactly.
 *
 * <p><b>Special values.</b> Rows without a label, or with a NaN among their probabilities, are left
 * out and counted. An infinite one is rejected in the reference and counts as the nearest one of
 * the reference in a window. Immutable and thread safe.
 */
public final class MultiClassCbpe {
  private static final double UNIT = 1 << 30;
  private static final BinaryFrame FRAME =
      new BinaryFrame(
          "window of a MultiClassCbpe",
          0x4d4c4343, // "MLCC"
          1,
          1,
          "its toBytes()",
          "count the rows again");

  private final List<Cbpe> classes;
  private final long missing;

  private MultiClassCbpe(List<Cbpe> classes, long missing) {
    this.classes = List.copyOf(classes);
    this.missing = missing;
  }

  /**
   * Returns a builder without rows.
   *
   * @param classes the number of classes, 2 or more
   * @return the builder
   * @throws IllegalArgumentException if there are fewer
   */
  public static Builder builder(int classes) {
    if (classes < 2) {
      throw new IllegalArgumentException("classes = " + classes + ": at least 2 are needed");
    }
    return new Builder(classes);
  }

  /** {@return the number of classes; 2 or more} */
  public int classes() {
    return classes.size();
  }

  /** {@return the number of reference rows with a label and probabilities; 1 or more} */
  public long rows() {
    return classes.get(0).rows();
  }

  /** {@return the number of reference rows that were left out because one of them is missing} */
  public long missing() {
    return missing;
  }

  /** Replaces the probabilities of a row by calibrated ones that add up to 1. */
  private double[] calibrated(double[] probabilities) {
    double[] calibrated = new double[probabilities.length];
    Arrays.setAll(calibrated, c -> classes.get(c).probability(probabilities[c]));
    double sum = Arrays.stream(calibrated).sum();
    Arrays.setAll(calibrated, c -> sum > 0 ? calibrated[c] / sum : 1.0 / calibrated.length);
    return calibrated;
  }

  /** {@return an empty window of rows without labels} */
  public Window window() {
    return new Window(this, classes.stream().map(Cbpe::window).toList());
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
          in.check(in.int32() == classes(), "it belongs to a MultiClassCbpe of other classes");
          List<Cbpe.Window> scores = new ArrayList<>();
          for (Cbpe one : classes) {
            scores.add(one.window(in.bytes()));
          }
          Window window = new Window(this, scores);
          window.sums.forEach(sums -> sums.read(in));
          window.missing = in.count();
          return window;
        });
  }

  /** {@return the number of classes and of reference rows} */
  @Override
  public String toString() {
    return "MultiClassCbpe of %d classes and %s rows".formatted(classes(), Figures.of(rows()));
  }

  /** Collects labelled reference rows. Not thread safe. */
  public static final class Builder {
    private final int classes;
    private final List<double[]> rows = new ArrayList<>();
    private final List<Integer> labels = new ArrayList<>();
    private long missing;

    private Builder(int classes) {
      this.classes = classes;
    }

    /**
     * Adds labelled rows that the model was not trained on.
     *
     * @param labels the class of each row, from 0; {@link MultiClassPerformance#UNKNOWN} if it is
     *     not known
     * @param probabilities the model's probability or score of each class, one array for each row;
     *     NaN if there is none
     * @return this builder
     * @throws IllegalArgumentException if the lengths differ, a label is out of range or a
     *     probability is infinite
     */
    public Builder add(int[] labels, double[][] probabilities) {
      MultiClassPerformance.of(classes, labels, probabilities); // checks both
      for (int row = 0; row < labels.length; row++) {
        for (int c = 0; c < classes; c++) {
          if (Double.isInfinite(probabilities[row][c])) {
            throw new IllegalArgumentException(
                "probabilities[%s][%s] = %s: a probability of a reference row is finite, or NaN where there is none"
                    .formatted(row, c, probabilities[row][c]));
          }
        }
      }
      for (int row = 0; row < labels.length; row++) {
        if (labels[row] == MultiClassPerformance.UNKNOWN || hasMissing(probabilities[row])) {
          missing++;
        } else {
          this.labels.add(labels[row]);
          rows.add(probabilities[row].clone());
        }
      }
      return this;
    }

    /**
     * Fits the estimator.
     *
     * @return the estimator of all rows that were added
     * @throws IllegalArgumentException if no row has a label and probabilities, or if no label is
     *     of some class and its scores are not in [0, 1]
     */
    public MultiClassCbpe build() {
      if (rows.isEmpty()) {
        throw new IllegalArgumentException(
            "%s reference rows, none with a label and probabilities: add labelled rows"
                .formatted(missing));
      }
      return new MultiClassCbpe(IntStream.range(0, classes).mapToObj(this::fit).toList(), missing);
    }

    /** Fits one class against the others. */
    private Cbpe fit(int c) {
      double[] scores = rows.stream().mapToDouble(row -> row[c]).toArray();
      double[] events = labels.stream().mapToDouble(label -> label == c ? 1 : 0).toArray();
      return Cbpe.builder().add(events, scores).build();
    }
  }

  private static boolean hasMissing(double[] probabilities) {
    return Arrays.stream(probabilities).anyMatch(Double::isNaN);
  }

  /**
   * Rows without labels, as sums: the memory does not grow with their number. Windows of the same
   * estimator merge exactly. Not thread safe.
   */
  public static final class Window {
    private final MultiClassCbpe cbpe;
    private final List<Cbpe.Window> scores;
    private final List<ClassSums> sums;
    private long missing;

    private Window(MultiClassCbpe cbpe, List<Cbpe.Window> scores) {
      this.cbpe = cbpe;
      this.scores = scores;
      this.sums = cbpe.classes.stream().map(one -> new ClassSums()).toList();
    }

    /**
     * Adds a row.
     *
     * @param probabilities the model's probability of each class; NaN if there is none, and then
     *     the row is only counted
     * @throws IllegalArgumentException if their number is not that of the classes
     */
    public void add(double... probabilities) {
      Objects.requireNonNull(probabilities, "probabilities");
      if (probabilities.length != cbpe.classes()) {
        throw new IllegalArgumentException(
            "probabilities has length %s: one for each of %s classes is needed"
                .formatted(probabilities.length, cbpe.classes()));
      }
      if (hasMissing(probabilities)) {
        missing++;
        return;
      }
      double[] calibrated = cbpe.calibrated(probabilities);
      int predicted = MultiClassPerformance.mostProbable(probabilities);
      for (int c = 0; c < probabilities.length; c++) {
        scores.get(c).add(probabilities[c]);
        sums.get(c).add(cbpe.classes.get(c).group(probabilities[c]), calibrated[c], c == predicted);
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
            "windows of two estimators cannot be merged: take both from the same MultiClassCbpe");
      }
      Window both =
          new Window(
              cbpe,
              IntStream.range(0, scores.size())
                  .mapToObj(c -> scores.get(c).merge(other.scores.get(c)))
                  .toList());
      for (int c = 0; c < sums.size(); c++) {
        both.sums.get(c).add(sums.get(c));
        both.sums.get(c).add(other.sums.get(c));
      }
      both.missing = missing + other.missing;
      return both;
    }

    /**
     * Returns the sums as bytes, which {@link MultiClassCbpe#window(byte[])} reads. Equal sums give
     * equal bytes.
     *
     * @return a checksummed binary form
     */
    public byte[] toBytes() {
      StateWriter out = new StateWriter(FRAME).put(cbpe.classes());
      scores.forEach(one -> out.put(one.toBytes()));
      sums.forEach(one -> one.write(out));
      return out.put(missing).toBytes();
    }

    /** {@return the figures to expect of the rows so far} */
    public Estimate estimate() {
      List<Cbpe.Estimate> each = scores.stream().map(Cbpe.Window::estimate).toList();
      long rows = each.get(0).rows();
      ExpectedClasses expected = new ExpectedClasses(cbpe.classes, sums, rows);
      return new Estimate(
          rows,
          missing,
          expected.accuracy(),
          expected.precision(),
          expected.recall(),
          expected.f1(),
          rocAuc(each),
          cbpe.limits(each));
    }

    /** The mean of the classes; its error is at most the mean of theirs. */
    private static Metric rocAuc(List<Cbpe.Estimate> each) {
      double sum = 0;
      double error = 0;
      for (Cbpe.Estimate one : each) {
        if (!(one.rocAuc() instanceof Metric.Value value)) {
          return one.rocAuc();
        }
        sum += value.value();
        error += value.standardError();
      }
      return new Metric.Value(sum / each.size(), error / each.size());
    }
  }

  private List<String> limits(List<Cbpe.Estimate> each) {
    List<String> limits = new ArrayList<>();
    limits.add(each.get(0).limits().get(0));
    long calibrated = classes.stream().filter(Cbpe::isCalibrated).count();
    limits.add(
        "Only the probabilities are seen: those of %d of %d classes are calibrated (%s reference rows)."
            .formatted(calibrated, classes(), Figures.of(rows())));
    long outside = each.stream().mapToLong(Cbpe.Estimate::outside).max().orElse(0);
    if (outside > 0) {
      limits.add(
          "In up to %s rows the probability of a class is beyond the reference's, and counts as the nearest one."
              .formatted(Figures.of(outside)));
    }
    return List.copyOf(limits);
  }

  /** Sums of one class: of the rows that were predicted as it, and of the others. */
  static final class ClassSums {
    private final long[] rows = new long[2 * ScoreBins.GROUPS];
    private final long[] events = new long[2];
    private long spread;

    void add(int group, double probability, boolean predicted) {
      int side = predicted ? 1 : 0;
      rows[side * ScoreBins.GROUPS + group]++;
      events[side] += Math.round(probability * UNIT);
      spread += predicted ? Math.round(probability * (1 - probability) * UNIT) : 0;
    }

    void add(ClassSums other) {
      for (int i = 0; i < rows.length; i++) {
        rows[i] += other.rows[i];
      }
      events[0] += other.events[0];
      events[1] += other.events[1];
      spread += other.spread;
    }

    void write(StateWriter out) {
      out.put(rows).put(events).put(spread);
    }

    void read(StateReader in) {
      in.counts(rows);
      in.counts(events);
      spread = in.count();
    }

    /** The rows of a group of probabilities that were predicted as the class, or were not. */
    long rows(int group, boolean predicted) {
      return rows[(predicted ? ScoreBins.GROUPS : 0) + group];
    }

    double predicted() {
      return Arrays.stream(rows, ScoreBins.GROUPS, rows.length).sum();
    }

    /** The expected rows of the class among those that were predicted as it, or were not. */
    double events(boolean predicted) {
      return events[predicted ? 1 : 0] / UNIT;
    }

    /** The sum of q (1 - q) over the rows that were predicted as the class. */
    double spread() {
      return spread / UNIT;
    }
  }

  /**
   * The figures to expect of a window.
   *
   * @param rows the number of rows with probabilities
   * @param missing the number of rows without, which are left out
   * @param accuracy expected share of right decisions; undefined without rows
   * @param precision expected precision, the mean of the classes; undefined without rows
   * @param recall expected recall, the mean of the classes; undefined without rows
   * @param f1 expected F1, the mean of the classes; undefined without rows
   * @param rocAuc expected area under the ROC curve, each class against the rest, the mean of the
   *     classes; undefined if a class is not expected at all
   * @param limits what this estimate cannot see, in sentences for people; never empty
   */
  public record Estimate(
      long rows,
      long missing,
      Metric accuracy,
      Metric precision,
      Metric recall,
      Metric f1,
      Metric rocAuc,
      List<String> limits) {

    /**
     * Copies the limits.
     *
     * @param rows the number of rows with probabilities
     * @param missing the number of rows without, which are left out
     * @param accuracy expected share of right decisions
     * @param precision expected precision, the mean of the classes
     * @param recall expected recall, the mean of the classes
     * @param f1 expected F1, the mean of the classes
     * @param rocAuc expected area under the ROC curve
     * @param limits what this estimate cannot see
     */
    public Estimate {
      Objects.requireNonNull(accuracy, "accuracy");
      Objects.requireNonNull(precision, "precision");
      Objects.requireNonNull(recall, "recall");
      Objects.requireNonNull(f1, "f1");
      Objects.requireNonNull(rocAuc, "rocAuc");
      limits = List.copyOf(limits);
    }
  }
}
