package io.mlops4j.monitor.performance.task;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.monitor.performance.Metric;
import io.mlops4j.monitor.performance.RegressionPerformance;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A predicted number, and the actual one. */
public final class RegressionTask extends PerformanceTask<RegressionPerformance> {
  public static final String MAXIMUM_ERROR = "maximum_error";
  private static final Map<String, Function<RegressionPerformance, Metric>> FIGURES = all();

  public RegressionTask(@Nullable String output) {
    super(output, List.of());
  }

  private static Map<String, Function<RegressionPerformance, Metric>> all() {
    Map<String, Function<RegressionPerformance, Metric>> all = new LinkedHashMap<>();
    all.put("mae", RegressionPerformance::meanAbsoluteError);
    all.put("rmse", RegressionPerformance::rootMeanSquaredError);
    all.put("mse", RegressionPerformance::meanSquaredError);
    all.put("bias", RegressionPerformance::bias);
    all.put("r2", RegressionPerformance::r2);
    all.put("explained_variance", RegressionPerformance::explainedVariance);
    all.put("mape", RegressionPerformance::meanAbsolutePercentageError);
    all.put("smape", RegressionPerformance::symmetricMeanAbsolutePercentageError);
    all.put("msle", RegressionPerformance::meanSquaredLogError);
    all.put("median_absolute_error", RegressionPerformance::medianAbsoluteError);
    all.put(MAXIMUM_ERROR, RegressionPerformance::maximumError);
    return Collections.unmodifiableMap(all);
  }

  @Override
  public int width() {
    return 1;
  }

  @Override
  public void read(FeatureBatch features, FeatureBatch outputs, double[] into) {
    LabelColumns.numbers(column(outputs), 1, 0, into);
  }

  @Override
  boolean isLabel(double label) {
    return Double.isFinite(label);
  }

  @Override
  String expected() {
    return "a finite number";
  }

  @Override
  double prediction(LabelledRows rows, int row) {
    return rows.value(row, 0);
  }

  @Override
  RegressionPerformance measure(LabelledRows rows) {
    return RegressionPerformance.of(rows.labels(), rows.column(0));
  }

  @Override
  Map<String, Function<RegressionPerformance, Metric>> figures() {
    return FIGURES;
  }

  @Override
  public List<Standard> standards() {
    return List.of(new Standard("mae", false, 0.1, true));
  }
}
