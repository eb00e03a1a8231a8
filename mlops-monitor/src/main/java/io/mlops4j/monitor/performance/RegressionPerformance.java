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
 * with an infinite label or prediction, R2 with equal labels, a relative error with a label of 0.
 * The last two differ from scikit-learn on purpose, which returns 0 or 1 for R2 and divides by
 * 2<sup>-52</sup>. Intermediate squares and sums do not overflow: R2 and RMSE of labels near 1e200
 * are correct. A value beyond the range of a double, such as the MSE of these labels, is undefined.
 *
 * <p>The standard errors assume independent rows. Immutable and thread safe; the arrays are copied.
 */
public final class RegressionPerformance {
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
    return ifFinite(
        () -> {
          double first = labels[0];
          if (Arrays.stream(labels).allMatch(y -> y == first)) {
            return new Metric.Undefined("all " + rows() + " labels are equal");
          }
          double mean = Averages.mean(labels);
          double[] errors = errors();
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
