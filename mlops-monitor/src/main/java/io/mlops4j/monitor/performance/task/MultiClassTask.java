package io.mlops4j.monitor.performance.task;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.monitor.performance.CalibrationError;
import io.mlops4j.monitor.performance.ClassConfusion;
import io.mlops4j.monitor.performance.ClassConfusion.Averaging;
import io.mlops4j.monitor.performance.Metric;
import io.mlops4j.monitor.performance.MultiClassPerformance;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.apache.arrow.vector.FieldVector;
import org.jspecify.annotations.Nullable;

/** Probabilities of several classes, or the class that was chosen, and the actual class. */
public final class MultiClassTask extends PerformanceTask<MultiClassPerformance> {
  private final Map<String, Function<MultiClassPerformance, Metric>> figures;

  public MultiClassTask(@Nullable String output, List<String> classes) {
    super(output, classes);
    Map<String, Function<MultiClassPerformance, Metric>> all = new LinkedHashMap<>();
    decision(all, "accuracy", ClassConfusion::accuracy);
    decision(all, "balanced_accuracy", ClassConfusion::balancedAccuracy);
    for (Averaging averaging : Averaging.values()) {
      String suffix = "_" + averaging.name().toLowerCase(Locale.ROOT);
      decision(all, "precision" + suffix, c -> c.precision(averaging));
      decision(all, "recall" + suffix, c -> c.recall(averaging));
      decision(all, "f1" + suffix, c -> c.f1(averaging));
    }
    decision(all, "mcc", ClassConfusion::matthewsCorrelation);
    decision(all, "kappa", ClassConfusion::cohensKappa);
    all.put("top_2_accuracy", p -> p.topKAccuracy(2));
    all.put("roc_auc_ovr", MultiClassPerformance::rocAuc);
    all.put("roc_auc_ovo", MultiClassPerformance::rocAucOneVersusOne);
    all.put("log_loss", MultiClassPerformance::logLoss);
    all.put("brier", MultiClassPerformance::brier);
    all.put("calibration_error", p -> p.calibrationError(CalibrationError.withDefaults()));
    this.figures = Collections.unmodifiableMap(all);
  }

  private static void decision(
      Map<String, Function<MultiClassPerformance, Metric>> all,
      String name,
      Function<ClassConfusion, Metric> figure) {
    all.put(name, performance -> figure.apply(performance.confusion()));
  }

  @Override
  public int width() {
    return classes().size();
  }

  @Override
  public void read(FeatureBatch features, FeatureBatch outputs, double[] into) {
    FieldVector column = column(outputs);
    if (LabelColumns.isList(column)) {
      LabelColumns.lists(column, width(), into);
      return;
    }
    for (int row = 0; row < outputs.rows(); row++) {
      String chosen = LabelColumns.key(outputs, column, row);
      Arrays.fill(into, row * width(), (row + 1) * width(), chosen == null ? Double.NaN : 0);
      if (chosen != null) {
        into[row * width() + (int) label(chosen)] = 1;
      }
    }
  }

  @Override
  boolean isLabel(double label) {
    return label >= 0 && label < width() && label == Math.rint(label);
  }

  @Override
  String expected() {
    return "one of " + classes();
  }

  /** The number of the most probable class, the first of equals. */
  @Override
  double prediction(LabelledRows rows, int row) {
    int best = 0;
    for (int c = 1; c < width(); c++) {
      best = rows.value(row, c) > rows.value(row, best) ? c : best;
    }
    return best;
  }

  @Override
  MultiClassPerformance measure(LabelledRows rows) {
    int[] labels = new int[rows.size()];
    double[][] probabilities = new double[rows.size()][width()];
    for (int row = 0; row < labels.length; row++) {
      labels[row] = (int) rows.label(row);
      for (int c = 0; c < width(); c++) {
        probabilities[row][c] = rows.value(row, c);
      }
    }
    return MultiClassPerformance.of(width(), labels, probabilities);
  }

  @Override
  Map<String, Function<MultiClassPerformance, Metric>> figures() {
    return figures;
  }

  @Override
  public List<Standard> standards() {
    return List.of(new Standard("accuracy"));
  }
}
