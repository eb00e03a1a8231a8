package io.mlops4j.monitor.performance.task;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.monitor.performance.BinaryPerformance;
import io.mlops4j.monitor.performance.ConfusionMatrix;
import io.mlops4j.monitor.performance.Metric;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A score of an event, and whether it happened. */
public final class BinaryTask extends PerformanceTask<BinaryPerformance> {
  private final double threshold;
  private final Map<String, Function<BinaryPerformance, Metric>> figures;

  public BinaryTask(@Nullable String output, List<String> classes, double threshold) {
    super(output, classes);
    this.threshold = threshold;
    Map<String, Function<BinaryPerformance, Metric>> all = new LinkedHashMap<>();
    all.put("roc_auc", BinaryPerformance::rocAuc);
    all.put("average_precision", BinaryPerformance::averagePrecision);
    all.put("log_loss", BinaryPerformance::logLoss);
    all.put("brier", BinaryPerformance::brier);
    all.put("calibration_error", BinaryPerformance::calibrationError);
    decision(all, "accuracy", ConfusionMatrix::accuracy);
    decision(all, "balanced_accuracy", ConfusionMatrix::balancedAccuracy);
    decision(all, "precision", ConfusionMatrix::precision);
    decision(all, "recall", ConfusionMatrix::recall);
    decision(all, "false_positive_rate", ConfusionMatrix::falsePositiveRate);
    decision(all, "predicted_rate", ConfusionMatrix::predictedRate);
    decision(all, "f1", ConfusionMatrix::f1);
    decision(all, "mcc", ConfusionMatrix::matthewsCorrelation);
    decision(all, "kappa", ConfusionMatrix::cohensKappa);
    this.figures = Collections.unmodifiableMap(all);
  }

  private void decision(
      Map<String, Function<BinaryPerformance, Metric>> all,
      String name,
      Function<ConfusionMatrix, Metric> figure) {
    all.put(name, performance -> figure.apply(performance.confusion(threshold)));
  }

  public double threshold() {
    return threshold;
  }

  @Override
  public int width() {
    return 1;
  }

  /** A list of two is the probabilities of both classes, and the second one is the event's. */
  @Override
  public void read(FeatureBatch features, FeatureBatch outputs, double[] into) {
    LabelColumns.numbers(column(outputs), 2, 1, into);
  }

  @Override
  boolean isLabel(double label) {
    return label == 0 || label == 1;
  }

  @Override
  String expected() {
    return "0 or 1";
  }

  @Override
  double prediction(LabelledRows rows, int row) {
    return rows.value(row, 0);
  }

  @Override
  BinaryPerformance measure(LabelledRows rows) {
    return BinaryPerformance.of(rows.labels(), rows.column(0));
  }

  @Override
  Map<String, Function<BinaryPerformance, Metric>> figures() {
    return figures;
  }

  /**
   * The order of scores, then whether they are the probabilities that they say. The Brier score
   * grows by 0.1 if these are wrong by 0.3. Much less would find weeks of bad weather: there the
   * event is more frequent, and the model as good as ever.
   */
  @Override
  public List<Standard> standards() {
    return List.of(new Standard("roc_auc"), new Standard("brier", false, 0.1, false));
  }
}
