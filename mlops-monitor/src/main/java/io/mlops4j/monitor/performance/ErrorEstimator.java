package io.mlops4j.monitor.performance;

import io.mlops4j.monitor.internal.Figures;
import io.mlops4j.monitor.live.state.StateReader;
import io.mlops4j.monitor.live.state.StateWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;

/** Numbers; a window is a count for each leaf of a tree of errors. */
final class ErrorEstimator extends PerformanceEstimator {
  static final int LEAVES = 32;
  static final int SMALLEST = 50;
  private static final int MOST_SPLITTING = 20_000;
  private static final String USE = "add(double[][] features, double[] predictions)";

  private final ErrorTree tree;
  private final double[] lowest;
  private final double[] highest;
  private final boolean[] lacks;
  private final LeafErrors absolute;
  private final LeafErrors squared;
  private final int exponent;

  /** Takes the features and the prediction of each row, at least one, and its error. */
  private ErrorEstimator(double[][] rows, double[] errors, long missing) {
    super(0x4d4c444c, USE, rows.length, missing); // "MLDL"
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
  }

  @Override
  public int classes() {
    return 0;
  }

  /** The number of kinds of rows that are told apart; 1 to 32. */
  int leaves() {
    return tree.leaves();
  }

  @Override
  public Sums window() {
    return new Sums(this);
  }

  /** A number that differs between estimators of other rows, for all practical purposes. */
  private long identity() {
    int ranges = 31 * Arrays.hashCode(lowest) + Arrays.hashCode(highest);
    return 31L * Objects.hash(rows(), ranges, exponent) + absolute.identity();
  }

  /** {@return the numbers of reference rows and leaves} */
  @Override
  public String toString() {
    return "PerformanceEstimator of " + Figures.of(rows()) + " rows, leaves: " + leaves();
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

  private static void checkColumns(int row, double[] features, int columns) {
    if (features.length != columns) {
      throw new IllegalArgumentException(
          "features[%s] has length %s: all rows need the %s features of the reference"
              .formatted(row, features.length, columns));
    }
  }

  /** Labelled features and predictions. */
  static final class Fitting extends Builder {
    private int columns = -1;

    Fitting() {
      super("add(double[] labels, double[][] features, double[] predictions)");
    }

    @Override
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
        if (isComplete(labels[row], predictions[row])
            && !Double.isFinite(predictions[row] - labels[row])) {
          throw new IllegalArgumentException(
              "row %s has label %s and prediction %s: the error of a reference row is finite"
                  .formatted(row, labels[row], predictions[row]));
        }
      }
      for (int row = 0; row < labels.length; row++) {
        boolean complete = isComplete(labels[row], predictions[row]);
        keep(labels[row], joined(features[row], predictions[row]), complete);
      }
      return this;
    }

    private static boolean isComplete(double label, double prediction) {
      return !Double.isNaN(label) && !Double.isNaN(prediction);
    }

    @Override
    String answer() {
      return "a prediction";
    }

    /** Takes time in proportion to the features, and to n log n of at most 20 000 rows. */
    @Override
    ErrorEstimator fit(List<double[]> rows, long missing) {
      int width = columns + 1;
      return new ErrorEstimator(
          rows.stream().map(row -> Arrays.copyOf(row, width)).toArray(double[][]::new),
          rows.stream().mapToDouble(row -> Math.abs(row[columns] - row[width])).toArray(),
          missing);
    }
  }

  /** The number of rows of each leaf. */
  static final class Sums extends Window {
    private final ErrorEstimator of;
    private final long[] counts;

    private Sums(ErrorEstimator of) {
      super(of);
      this.of = of;
      this.counts = new long[of.leaves()];
    }

    @Override
    public void add(double[][] features, double[] predictions) {
      if (features.length != predictions.length) {
        throw new IllegalArgumentException(
            "%s rows of features, %s predictions: each row needs one of each"
                .formatted(features.length, predictions.length));
      }
      for (int row = 0; row < features.length; row++) {
        checkColumns(row, features[row], of.columns());
      }
      for (int row = 0; row < features.length; row++) {
        if (Double.isNaN(predictions[row])) {
          missing++;
          continue;
        }
        double[] joined = joined(features[row], predictions[row]);
        counts[of.tree.leaf(joined)]++;
        outside += of.isOutside(joined) ? 1 : 0;
      }
    }

    @Override
    void addSums(Window other) {
      long[] its = ((Sums) other).counts;
      Arrays.setAll(counts, leaf -> counts[leaf] + its[leaf]);
    }

    @Override
    void write(StateWriter out) {
      out.put(of.identity()).put(counts).put(missing).put(outside);
    }

    @Override
    void read(StateReader in) {
      in.check(in.int64() == of.identity(), "it belongs to another estimator");
      in.counts(counts);
      missing = in.count();
      outside = in.count();
    }

    @Override
    public Estimate estimate() {
      long all = Arrays.stream(counts).sum();
      Map<String, Metric> figures = new LinkedHashMap<>();
      figures.put("mae", of.mean(counts));
      figures.put("rmse", of.root(counts));
      return new Estimate(all, missing, outside, figures, of.limits(all, outside));
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
            .formatted(leaves(), Figures.of(rows())));
    if (outside > 0) {
      limits.add(
          "%s of %s rows (%s) have a value beyond the reference's, or none where all rows of the reference have one, and count as the nearest kind."
              .formatted(
                  Figures.of(outside), Figures.of(all), Figures.share((double) outside / all)));
    }
    return limits;
  }
}
