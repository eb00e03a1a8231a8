package io.mlops4j.monitor.performance;

import java.util.Arrays;
import java.util.Objects;
import java.util.function.DoubleBinaryOperator;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * Realised performance of a regression model on labelled rows. Agrees with scikit-learn.
 *
 * <p>A row whose label or prediction is NaN is left out and counted in {@link #missing()}. A metric
 * that the rows do not define is a {@link Metric.Undefined}: every metric without rows, every error
 * with an infinite label or prediction, R2 and explained variance with equal labels, MAPE with a
 * label of 0. The last two cases differ from scikit-learn on purpose. For equal labels it returns 0
 * or 1, and for a label of 0 it divides by 2<sup>-52</sup>. Intermediate squares and sums do not
 * overflow: R2 and RMSE of labels near 1e200 are correct. A value beyond the range of a double,
 * such as the MSE of these labels, is undefined.
 *
 * <p>The standard errors assume independent rows. Immutable and thread safe; the arrays are copied.
 */
public final class RegressionPerformance {
  /** The normal quantile for 99 %, for which McKean and Schrader chose their order statistics. */
  private static final double Z = 2.5758293035489004;

  private final double[] labels;
  private final double[] predictions;
  private final long missing;
  private final boolean finite;

  private RegressionPerformance(double[] labels, double[] predictions, long missing) {
    this.labels = labels;
    this.predictions = predictions;
    this.missing = missing;
    this.finite =
        Arrays.stream(labels).allMatch(Double::isFinite)
            && Arrays.stream(predictions).allMatch(Double::isFinite);
  }

  /**
   * Computes the performance on labelled rows.
   *
   * @param labels the actual values, NaN if unknown
   * @param predictions the predicted values, one for each row; NaN if there is none
   * @return the performance on these rows
   * @throws IllegalArgumentException if the lengths differ
   */
  public static RegressionPerformance of(double[] labels, double[] predictions) {
    Objects.requireNonNull(labels, "labels");
    Objects.requireNonNull(predictions, "predictions");
    if (labels.length != predictions.length) {
      throw new IllegalArgumentException(
          labels.length
              + " labels, "
              + predictions.length
              + " predictions: each row needs one of each, NaN where it is unknown");
    }
    int[] known =
        IntStream.range(0, labels.length)
            .filter(row -> !Double.isNaN(labels[row]) && !Double.isNaN(predictions[row]))
            .toArray();
    return new RegressionPerformance(
        Arrays.stream(known).mapToDouble(row -> labels[row]).toArray(),
        Arrays.stream(known).mapToDouble(row -> predictions[row]).toArray(),
        labels.length - known.length);
  }

  /** {@return the number of rows with a label and a prediction} */
  public long rows() {
    return labels.length;
  }

  /** {@return the number of rows that were left out because their label or prediction is NaN} */
  public long missing() {
    return missing;
  }

  /**
   * Bias, the mean of {@code prediction - label}. The standard error is that of a mean.
   *
   * @return the bias in the unit of the labels
   */
  public Metric bias() {
    return mean((label, prediction) -> prediction - label);
  }

  /**
   * MAE, the mean of {@code |prediction - label|}. The standard error is that of a mean.
   *
   * @return the error in the unit of the labels
   */
  public Metric meanAbsoluteError() {
    return mean((label, prediction) -> Math.abs(prediction - label));
  }

  /**
   * MSE, the mean of {@code (prediction - label)^2}. The standard error is that of a mean.
   *
   * @return the error in the squared unit of the labels
   */
  public Metric meanSquaredError() {
    return ifFinite(
        () -> {
          double[] errors = errors();
          int exponent = Averages.exponent(errors);
          return Averages.metric(squares(errors, exponent), 2 * exponent);
        });
  }

  /**
   * RMSE, the root of the {@link #meanSquaredError()}. The standard error is the delta method's,
   * that of the mean squared error over twice the root; 0 for a perfect model.
   *
   * @return the error in the unit of the labels
   */
  public Metric rootMeanSquaredError() {
    return ifFinite(
        () -> {
          double[] errors = errors();
          int exponent = Averages.exponent(errors);
          if (!(Averages.metric(squares(errors, exponent)) instanceof Metric.Value square)) {
            return Averages.BEYOND;
          }
          double root = Math.sqrt(square.value());
          return new Metric.Value(
              Math.scalb(root, exponent),
              root == 0 ? 0 : Math.scalb(square.standardError() / (2 * root), exponent));
        });
  }

  /**
   * R2, {@code 1 - sum (label - prediction)^2 / sum (label - mean label)^2}: 1 for a perfect model,
   * 0 for the mean, below 0 for a model worse than the mean. The standard error is the delta
   * method's for the ratio of two means: with e the error of a row and d its distance from the
   * mean, {@code sqrt(n / (n - 1) sum (e^2 - (1 - R2) d^2)^2) / sum d^2}.
   *
   * @return R2, at most 1; undefined if all labels are equal
   */
  public Metric r2() {
    return ifFinite(() -> explained(errors()));
  }

  /**
   * Explained variance, {@code 1 - var(label - prediction) / var(label)}: R2 without the bias, so a
   * model that is wrong by a constant has the explained variance 1. The standard error is that of
   * {@link #r2()} with the bias taken off the errors.
   *
   * @return the share, at most 1; undefined if all labels are equal
   */
  public Metric explainedVariance() {
    return ifFinite(
        () -> {
          double[] errors = errors();
          double bias = Averages.mean(errors);
          return explained(Arrays.stream(errors).map(error -> error - bias).toArray());
        });
  }

  private Metric explained(double[] errors) {
    double first = labels[0];
    if (Arrays.stream(labels).allMatch(y -> y == first)) {
      return new Metric.Undefined("all " + rows() + " labels are equal");
    }
    double mean = Averages.mean(labels);
    double[] distances = Arrays.stream(labels).map(y -> y - mean).toArray();
    int exponent = Math.max(Averages.exponent(errors), Averages.exponent(distances));
    double[] squares = squares(errors, exponent);
    double[] spread = squares(distances, exponent);
    double total = Arrays.stream(spread).sum();
    double unexplained = Arrays.stream(squares).sum() / total;
    if (!Double.isFinite(unexplained)) {
      return Averages.BEYOND;
    }
    double n = labels.length;
    double variance =
        IntStream.range(0, labels.length)
            .mapToDouble(row -> squares[row] - unexplained * spread[row])
            .map(term -> term * term)
            .sum();
    return new Metric.Value(1 - unexplained, Math.sqrt(n / (n - 1) * variance) / total);
  }

  /**
   * Median absolute error, the median of {@code |prediction - label|}: half of the errors are
   * smaller. A few wild errors do not move it. The standard error is McKean and Schrader's (1984),
   * from two order statistics: {@code (x(n - k + 1) - x(k)) / (2 z)} with {@code k = (n + 1) / 2 -
   * z sqrt(n / 4)}, rounded and at least 1, and z = 2.576.
   *
   * @return the error in the unit of the labels
   */
  public Metric medianAbsoluteError() {
    return ifFinite(
        () -> {
          double[] sizes = sortedSizes();
          int n = sizes.length;
          if (Double.isInfinite(sizes[n - 1])) {
            return Averages.BEYOND;
          }
          int from = Math.max(1, (int) Math.rint((n + 1) / 2.0 - Z * Math.sqrt(n / 4.0)));
          return new Metric.Value(
              sizes[(n - 1) / 2] / 2 + sizes[n / 2] / 2,
              n == 1 ? Double.POSITIVE_INFINITY : (sizes[n - from] - sizes[from - 1]) / (2 * Z));
        });
  }

  /**
   * Maximum error, the largest {@code |prediction - label|}. It grows with the number of rows. The
   * largest of a sample has no standard error without assumptions about the tail, so it is
   * infinite.
   *
   * @return the error in the unit of the labels
   */
  public Metric maximumError() {
    return ifFinite(
        () -> {
          double[] sizes = sortedSizes();
          double largest = sizes[sizes.length - 1];
          return Double.isInfinite(largest)
              ? Averages.BEYOND
              : new Metric.Value(largest, Double.POSITIVE_INFINITY);
        });
  }

  private double[] sortedSizes() {
    double[] sizes = Arrays.stream(errors()).map(Math::abs).toArray();
    Arrays.sort(sizes);
    return sizes;
  }

  /**
   * MSLE, the mean of {@code (ln(1 + prediction) - ln(1 + label))^2}: about the squared relative
   * error, for amounts that span orders of magnitude. The standard error is that of a mean.
   *
   * @return the error; undefined if a label or prediction is negative
   */
  public Metric meanSquaredLogError() {
    return Arrays.stream(labels).anyMatch(label -> label < 0)
            || Arrays.stream(predictions).anyMatch(prediction -> prediction < 0)
        ? new Metric.Undefined("a label or prediction is negative and has no logarithm")
        : mean(
            (label, prediction) -> {
              // one logarithm of the quotient loses fewer digits than the difference of two
              double smaller = Math.min(label, prediction);
              double distance = Math.log1p((Math.max(label, prediction) - smaller) / (1 + smaller));
              return distance * distance;
            });
  }

  /**
   * SMAPE, the mean of {@code 2 |prediction - label| / (|prediction| + |label|)}, as in the M4
   * competition: from 0 to 2. It is 2 if label and prediction have opposite signs or one of them is
   * 0. A row in which both are 0 is perfect and counts 0. Some authors leave out the factor 2, or
   * sum before they divide: compare only values of the same formula. The standard error is that of
   * a mean.
   *
   * @return the error as a share, 0.1 for 10 %
   */
  public Metric symmetricMeanAbsolutePercentageError() {
    return mean(
        (label, prediction) -> {
          double larger = Math.max(Math.abs(label), Math.abs(prediction));
          double smaller = Math.min(Math.abs(label), Math.abs(prediction));
          if (larger == 0) {
            return 0;
          }
          // in units of the larger one, so that neither sum nor difference leaves the range
          double distance = Math.abs(prediction / larger - label / larger);
          return 2 * distance / (1 + smaller / larger);
        });
  }

  /**
   * MAPE, the mean of {@code |prediction - label| / |label|}. The standard error is that of a mean.
   *
   * @return the error as a share, 0.1 for 10 %; undefined if a label is 0
   */
  public Metric meanAbsolutePercentageError() {
    return Arrays.stream(labels).anyMatch(label -> label == 0)
        ? new Metric.Undefined("a label is 0 and has no relative error")
        : mean((label, prediction) -> Math.abs(prediction - label) / Math.abs(label));
  }

  /**
   * Pinball loss of a predicted quantile: the mean of {@code q (label - prediction)} for labels
   * above the prediction and {@code (1 - q) (prediction - label)} for those below. The standard
   * error is that of a mean.
   *
   * @param quantile the quantile that the model predicts, strictly between 0 and 1
   * @return the loss in the unit of the labels
   * @throws IllegalArgumentException if the quantile is out of range
   */
  public Metric pinball(double quantile) {
    if (!(quantile > 0 && quantile < 1)) {
      throw new IllegalArgumentException(
          "quantile = " + quantile + ": a quantile lies strictly between 0 and 1");
    }
    return mean(
        (label, prediction) ->
            Math.max(quantile * (label - prediction), (1 - quantile) * (prediction - label)));
  }

  private double[] errors() {
    return each((label, prediction) -> prediction - label);
  }

  /** The squares, divided by 2 to twice the exponent. */
  private static double[] squares(double[] values, int exponent) {
    return Arrays.stream(values)
        .map(x -> Math.scalb(x, -exponent))
        .map(scaled -> scaled * scaled)
        .toArray();
  }

  private double[] each(DoubleBinaryOperator ofLabelAndPrediction) {
    return IntStream.range(0, labels.length)
        .mapToDouble(row -> ofLabelAndPrediction.applyAsDouble(labels[row], predictions[row]))
        .toArray();
  }

  private Metric mean(DoubleBinaryOperator ofLabelAndPrediction) {
    return ifFinite(() -> Averages.metric(each(ofLabelAndPrediction)));
  }

  private Metric ifFinite(Supplier<Metric> metric) {
    if (labels.length == 0) {
      return new Metric.Undefined("no labelled row");
    }
    return finite ? metric.get() : new Metric.Undefined("a label or prediction is infinite");
  }
}
