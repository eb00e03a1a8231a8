package io.mlops4j.bench.golden;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.monitor.performance.Metric;
import io.mlops4j.monitor.performance.RegressionPerformance;
import java.util.Map;
import java.util.function.Supplier;

/** The labelled predictions of a number. */
final class RegressionAnswers {
  private RegressionAnswers() {}

  static Answers of(JsonNode element) {
    RegressionPerformance performance =
        RegressionPerformance.of(
            JsonNumbers.doubles(element.get("y")), JsonNumbers.doubles(element.get("pred")));
    Map<String, Supplier<Metric>> metrics =
        Map.of(
            "mae", performance::meanAbsoluteError,
            "mse", performance::meanSquaredError,
            "rmse", performance::rootMeanSquaredError,
            "r2", performance::r2,
            "mape", performance::meanAbsolutePercentageError,
            "mean_error_bias", performance::bias,
            "pinball_0.9", () -> performance.pinball(0.9));
    Answers answers = new Answers();
    metrics.forEach((path, metric) -> answers.value(path, () -> metric.get().orElse(Double.NaN)));
    return answers;
  }
}
