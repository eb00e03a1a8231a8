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
 * Direct loss estimation: how large a regression model's errors will be, from its features and
 * predictions, before any label arrives. The idea is NannyML's.
 *
 * <p><b>Method.</b> A regression tree of at most {@value #LEAVES} leaves finds kinds of rows with
 * errors of different size, from the features and the prediction. With w<sub>k</sub> rows of a
 * window in leaf k and m<sub>k</sub> the leaf's mean absolute error, {@code MAE = sum w m / sum w};
 * RMSE is the root of the same with squared errors. The tree is honest (Athey and Imbens 2016):
 * every second row of the reference, at most 20 000, decides where it splits, with at least {@value
 * #SMALLEST} of them in a leaf, and only the others say how large the errors in the leaves are.
 * Otherwise the leaves would be chosen for errors that are large or small by chance. A reference
 * that is too small or has nothing to split is one leaf of all rows.
 *
 * <p>The reference must not contain rows that the model was trained on: their errors are smaller
 * than those of new rows.
 *
 * <p><b>Standard errors.</b> They are those of the difference between the estimate and the realised
 * figure: with s<sup>2</sup> the variance of the errors in a leaf and n its rows of the reference,
 * {@code sum w s^2 + sum w^2 s^2 / n} over the square of the window's rows. That of RMSE is the
 * delta method's. So {@link Metric.Value#interval} of 0.95 holds 95 % of realised figures, if the
 * assumption below is true; that of RMSE holds somewhat fewer where a few large errors dominate.
 *
 * <p><b>What it cannot see.</b> It assumes that rows of a leaf have the errors they had in the
 * reference. It sees a window with more rows of a difficult kind. It is blind to concept drift: if
 * the same features lead to other outcomes, no figure moves. It is also blind to a change within a
 * leaf. {@link Estimate#limits()} states this with the numbers of the window.
 *
 * <p><b>Memory.</b> A window is one count for each leaf, for any number of rows, and does not
 * depend on the order of rows and merges. The builder holds all reference rows.
 *
 * <p><b>Special values.</b> A NaN feature is missing and counts as below all numbers; an infinite
 * one is a number. Reference rows whose label or prediction is NaN are left out and counted,
 * infinite ones are rejected. A row of a window without a prediction is counted only. Errors near
 * the end of the range of a double do not overflow; a figure beyond it is undefined.
 *
 * <p>Immutable and thread safe.
 */
public final class Dle {
  private static final BinaryFrame FRAME =
      new BinaryFrame(
          "window of a Dle", 0x4d4c444c, 1, 1, "its toBytes()", "count the rows again"); // "MLDL"

  private static final int LEAVES = 32;
  private static final int SMALLEST = 50;
  private static final int MOST_SPLITTING = 20_000;

  private final ErrorTree tree;
  private final double[] lowest;
  private final double[] highest;
  private final boolean[] lacks;
  private final LeafErrors absolute;
  private final LeafErrors squared;
  private final int exponent;
  private final long rows;
  private final long missing;

  private Dle(double[][] rows, double[] errors, long missing) {
    int columns = rows[0].length;
    this.exponent = Averages.exponent(errors);
    double[] scaled = Arrays.stream(errors).map(x -> Math.scalb(x, -exponent)).toArray();
    int step = Math.max(2, (rows.length + MOST_SPLITTING - 1) / MOST_SPLITTING);
    int[] first = IntStream.range(0, rows.length).filter(row -> row % step == 0).toArray();
    this.tree =
        new ErrorTree(
            Arrays.stream(first).mapToObj(row -> rows[row]).toArray(double[][]::new),
            Arrays.stream(first).mapToDouble(row -> scaled[row]).toArray(),
            LEAVES,
            SMALLEST);
    boolean isOneLeaf = tree.leaves() == 1;
    int[] measured =
        IntStream.range(0, rows.length).filter(row -> isOneLeaf || row % step != 0).toArray();
    int[] leaves = Arrays.stream(measured).map(row -> tree.leaf(rows[row])).toArray();
    double[] sizes = Arrays.stream(measured).mapToDouble(row -> scaled[row]).toArray();
    this.absolute = LeafErrors.of(tree, leaves, sizes);
    this.squared = LeafErrors.of(tree, leaves, Arrays.stream(sizes).map(x -> x * x).toArray());
    this.lowest = new double[columns];
    this.highest = new double[columns];
    this.lacks = new boolean[columns];
    for (int column = 0; column < columns; column++) {
      int at = column;
      double[] known =
          Arrays.stream(rows).mapToDouble(row -> row[at]).filter(x -> !Double.isNaN(x)).toArray();
      lowest[column] = Arrays.stream(known).min().orElse(Double.POSITIVE_INFINITY);
      highest[column] = Arrays.stream(known).max().orElse(Double.NEGATIVE_INFINITY);
      lacks[column] = known.length < rows.length;
    }
    this.rows = rows.length;
    this.missing = missing;
  }

  /** {@return a builder without rows} */
  public static Builder builder() {
    return new Builder();
  }

  /** {@return the number of reference rows with a label and a prediction; 1 or more} */
  public long rows() {
    return rows;
  }

  /** {@return the number of reference rows that were left out because one of them is NaN} */
  public long missing() {
    return missing;
  }

  /** {@return the number of kinds of rows that are told apart; 1 to 32} */
  public int leaves() {
    return tree.leaves();
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
          in.check(in.int64() == identity(), "it belongs to another Dle");
          Window window = new Window(this);
          in.counts(window.counts);
          window.missing = in.count();
          window.outside = in.count();
          return window;
        });
  }

  /** A number that differs between estimators of other rows, for all practical purposes. */
  private long identity() {
    int ranges = 31 * Arrays.hashCode(lowest) + Arrays.hashCode(highest);
    return 31L * Objects.hash(rows, ranges, exponent) + absolute.identity();
  }

  /** {@return the numbers of reference rows and leaves} */
  @Override
  public String toString() {
    return "Dle of " + Figures.of(rows) + " rows, leaves: " + leaves();
  }

  private int columns() {
    return lowest.length - 1;
  }

  private static double[] joined(double[] features, double prediction) {
    double[] row = Arrays.copyOf(features, features.length + 1);
    row[features.length] = prediction;
    return row;
  }

  private boolean isOutside(double[] row) {
    for (int column = 0; column < row.length; column++) {
      boolean isOutside =
          Double.isNaN(row[column])
              ? !lacks[column]
              : row[column] < lowest[column] || row[column] > highest[column];
      if (isOutside) {
        return true;
      }
    }
    return false;
  }

  /** Collects labelled reference rows. Not thread safe. */
  public static final class Builder {
    private final List<double[]> rows = new ArrayList<>();
    private final List<Double> errors = new ArrayList<>();
    private int columns = -1;
    private long missing;

    private Builder() {}

    /**
     * Adds labelled rows that the model was not trained on.
     *
     * @param labels the actual values, NaN if unknown
     * @param features the features of each row in the same order, all rows of the same length,
     *     which may be 0; NaN if missing. Categories as numbers of their own, such as 0 and 1 for
     *     each
     * @param predictions the predicted values, one for each row; NaN if there is none
     * @return this builder
     * @throws IllegalArgumentException if lengths differ, a label or prediction is infinite, or an
     *     error is beyond the range of a double
     */
    public Builder add(double[] labels, double[][] features, double[] predictions) {
      Objects.requireNonNull(labels, "labels");
      Objects.requireNonNull(features, "features");
      Objects.requireNonNull(predictions, "predictions");
      if (labels.length != features.length || labels.length != predictions.length) {
        throw new IllegalArgumentException(
            "%s labels, %s rows of features, %s predictions: each row needs one of each"
                .formatted(labels.length, features.length, predictions.length));
      }
      for (int row = 0; row < labels.length; row++) {
        columns = columns < 0 ? features[row].length : columns;
        checkColumns(row, features[row], columns);
        if (Double.isNaN(labels[row]) || Double.isNaN(predictions[row])) {
          continue;
        }
        if (!Double.isFinite(predictions[row] - labels[row])) {
          throw new IllegalArgumentException(
              "row %s has label %s and prediction %s: the error of a reference row is finite"
                  .formatted(row, labels[row], predictions[row]));
        }
      }
      for (int row = 0; row < labels.length; row++) {
        if (Double.isNaN(labels[row]) || Double.isNaN(predictions[row])) {
          missing++;
        } else {
          rows.add(joined(features[row], predictions[row]));
          errors.add(Math.abs(predictions[row] - labels[row]));
        }
      }
      return this;
    }

    /**
     * Fits the estimator. Takes time in proportion to the features, and to n log n of at most 20
     * 000 rows.
     *
     * @return the estimator of all rows that were added
     * @throws IllegalArgumentException if no row has a label and a prediction
     */
    public Dle build() {
      if (rows.isEmpty()) {
        throw new IllegalArgumentException(
            "%s reference rows, none with a label and a prediction: add labelled rows"
                .formatted(missing));
      }
      return new Dle(
          rows.toArray(double[][]::new),
          errors.stream().mapToDouble(Double::doubleValue).toArray(),
          missing);
    }
  }

  private static void checkColumns(int row, double[] features, int columns) {
    if (features.length != columns) {
      throw new IllegalArgumentException(
          "features[%s] has length %s: all rows need the %s features of the reference"
              .formatted(row, features.length, columns));
    }
  }

  /**
   * Rows without labels, as a count for each leaf. Windows of the same estimator merge exactly. Not
   * thread safe.
   */
  public static final class Window {
    private final Dle dle;
    private final long[] counts;
    private long missing;
    private long outside;

    private Window(Dle dle) {
      this.dle = dle;
      this.counts = new long[dle.leaves()];
    }

    /**
     * Adds a row.
     *
     * @param features its features in the order of the reference; NaN if missing
     * @param prediction the predicted value; NaN if there is none, which is counted
     * @throws IllegalArgumentException if the number of features is not that of the reference
     */
    public void add(double[] features, double prediction) {
      checkColumns(0, features, dle.columns());
      if (Double.isNaN(prediction)) {
        missing++;
        return;
      }
      double[] row = joined(features, prediction);
      counts[dle.tree.leaf(row)]++;
      outside += dle.isOutside(row) ? 1 : 0;
    }

    /**
     * Adds rows, all or none.
     *
     * @param features the features of each row
     * @param predictions the predicted values, one for each row; NaN where there is none
     * @throws IllegalArgumentException if lengths differ, or the number of features is not that of
     *     the reference
     */
    public void add(double[][] features, double[] predictions) {
      if (features.length != predictions.length) {
        throw new IllegalArgumentException(
            "%s rows of features, %s predictions: each row needs one of each"
                .formatted(features.length, predictions.length));
      }
      for (int row = 0; row < features.length; row++) {
        checkColumns(row, features[row], dle.columns());
      }
      for (int row = 0; row < features.length; row++) {
        add(features[row], predictions[row]);
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
      if (other.dle != dle) {
        throw new IllegalArgumentException(
            "windows of two estimators cannot be merged: take both from the same Dle");
      }
      Window both = new Window(dle);
      Arrays.setAll(both.counts, leaf -> counts[leaf] + other.counts[leaf]);
      both.missing = missing + other.missing;
      both.outside = outside + other.outside;
      return both;
    }

    /**
     * Returns the counts as bytes, which {@link Dle#window(byte[])} reads. Equal counts give equal
     * bytes.
     *
     * @return a checksummed binary form
     */
    public byte[] toBytes() {
      return new StateWriter(FRAME)
          .put(dle.identity())
          .put(counts)
          .put(missing)
          .put(outside)
          .toBytes();
    }

    /** {@return the figures to expect of the rows so far} */
    public Estimate estimate() {
      long all = Arrays.stream(counts).sum();
      return new Estimate(
          all, missing, outside, dle.mean(counts), dle.root(counts), dle.limits(all, outside));
    }
  }

  private Metric mean(long[] counts) {
    return dimensioned(absolute.expected(counts));
  }

  private Metric root(long[] counts) {
    if (!(squared.expected(counts) instanceof Metric.Value square)) {
      return absolute.expected(counts);
    }
    double root = Math.sqrt(square.value());
    return dimensioned(new Metric.Value(root, root == 0 ? 0 : square.standardError() / (2 * root)));
  }

  /** In the unit of the labels. */
  private Metric dimensioned(Metric metric) {
    if (!(metric instanceof Metric.Value scaled)) {
      return metric;
    }
    double value = Math.scalb(scaled.value(), exponent);
    return Double.isFinite(value)
        ? new Metric.Value(value, Math.scalb(scaled.standardError(), exponent))
        : Averages.BEYOND;
  }

  private List<String> limits(long all, long outside) {
    List<String> limits = new ArrayList<>();
    limits.add(
        "Concept drift is not seen: if the same features now lead to other outcomes, no figure"
            + " moves. Compare with the realised figures when labels arrive.");
    limits.add(
        "%s kinds of rows are told apart, from %s reference rows; a change within a kind is not seen."
            .formatted(leaves(), Figures.of(rows)));
    if (outside > 0) {
      limits.add(
          "%s of %s rows (%s) have a value beyond the reference's, or none where all rows of the reference have one, and count as the nearest kind."
              .formatted(
                  Figures.of(outside), Figures.of(all), Figures.share((double) outside / all)));
    }
    return List.copyOf(limits);
  }

  /**
   * The figures to expect of a window.
   *
   * @param rows the number of rows with a prediction
   * @param missing the number of rows without a prediction, which are left out
   * @param outside the number of rows with a value beyond all values of the reference, or without a
   *     value that all rows of the reference have
   * @param meanAbsoluteError expected MAE in the unit of the labels; undefined without rows
   * @param rootMeanSquaredError expected RMSE in the unit of the labels; undefined without rows
   * @param limits what this estimate cannot see, in sentences for people; never empty
   */
  public record Estimate(
      long rows,
      long missing,
      long outside,
      Metric meanAbsoluteError,
      Metric rootMeanSquaredError,
      List<String> limits) {

    /**
     * Copies the limits.
     *
     * @param rows the number of rows with a prediction
     * @param missing the number of rows without a prediction
     * @param outside the number of rows beyond the reference
     * @param meanAbsoluteError expected MAE
     * @param rootMeanSquaredError expected RMSE
     * @param limits what this estimate cannot see
     */
    public Estimate {
      limits = List.copyOf(limits);
    }
  }
}
