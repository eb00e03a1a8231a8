package io.mlops4j.monitor.performance;

import static io.mlops4j.monitor.golden.GoldenFile.doubles;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.monitor.golden.GoldenFile;
import java.util.Arrays;

/** Reads expected metrics and compares them. */
final class PerformanceCases {
  static final JsonNode CASES = GoldenFile.read("edge/performance_cases.json");

  private PerformanceCases() {}

  static double[][] rows(JsonNode array) {
    return GoldenFile.elements(array).map(GoldenFile::doubles).toArray(double[][]::new);
  }

  static double[][] rows(double[] rowMajor, int columns) {
    double[][] rows = new double[rowMajor.length / columns][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = Arrays.copyOfRange(rowMajor, i * columns, (i + 1) * columns);
    }
    return rows;
  }

  static int[] labels(JsonNode array) {
    return Arrays.stream(doubles(array)).mapToInt(x -> (int) x).toArray();
  }

  /** Numerical derivatives of scikit-learn's metrics know an error to about 1e-6 of its size. */
  static void agrees(Metric metric, JsonNode expected) {
    agrees(metric, expected, 1e-9, 1e-6);
  }

  static void agrees(Metric metric, JsonNode expected, double tolerance, double ofError) {
    assertThat(metric).isInstanceOf(Metric.Value.class);
    Metric.Value got = (Metric.Value) metric;
    double value = expected.get("value").asDouble();
    double error = expected.get("error").asDouble();
    assertThat(got.value()).isCloseTo(value, within(Math.max(1e-12, tolerance * Math.abs(value))));
    assertThat(got.standardError()).isCloseTo(error, within(Math.max(1e-9, ofError * error)));
  }

  static void valueIs(Metric metric, JsonNode expected) {
    assertThat(metric).isInstanceOf(Metric.Value.class);
    assertThat(((Metric.Value) metric).value())
        .isCloseTo(expected.asDouble(), GoldenFile.statistic(expected));
  }
}
