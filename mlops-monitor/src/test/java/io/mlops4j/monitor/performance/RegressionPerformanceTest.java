package io.mlops4j.monitor.performance;

import static io.mlops4j.monitor.golden.GoldenFile.doubles;
import static io.mlops4j.monitor.performance.PerformanceCases.agrees;
import static io.mlops4j.monitor.performance.PerformanceCases.valueIs;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.monitor.golden.GoldenFile;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RegressionPerformanceTest {
  private static final double NAN = Double.NaN;

  static Stream<Arguments> golden() {
    return GoldenFile.elements(GoldenFile.read("regression.json").get("cases"))
        .map(c -> Arguments.of(c.get("name").asText(), c));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("golden")
  void agreesWithScikitLearn(String name, JsonNode golden) {
    JsonNode expected = golden.get("expected");
    RegressionPerformance performance =
        RegressionPerformance.of(doubles(golden.get("y")), doubles(golden.get("pred")));
    valueIs(performance.meanAbsoluteError(), expected.get("mae"));
    valueIs(performance.meanSquaredError(), expected.get("mse"));
    valueIs(performance.rootMeanSquaredError(), expected.get("rmse"));
    valueIs(performance.r2(), expected.get("r2"));
    valueIs(performance.meanAbsolutePercentageError(), expected.get("mape"));
    valueIs(performance.bias(), expected.get("mean_error_bias"));
    valueIs(performance.pinball(0.9), expected.get("pinball_0.9"));
  }

  static Stream<JsonNode> cases() {
    return GoldenFile.elements(PerformanceCases.CASES.get("regression"));
  }

  /** Labels near 1e9 among them: their digits below 1e-7 are lost before any metric is computed. */
  @ParameterizedTest
  @MethodSource("cases")
  void samplingErrorsAreTheJackknifesOfScikitLearn(JsonNode golden) {
    RegressionPerformance performance =
        RegressionPerformance.of(doubles(golden.get("y")), doubles(golden.get("pred")));
    double tolerance = golden.get("y").get(0).asDouble() > 1e8 ? 1e-5 : 1e-9;
    agrees(performance.meanAbsoluteError(), golden.get("mae"), tolerance, 1e-4);
    agrees(performance.meanSquaredError(), golden.get("mse"), tolerance, 1e-4);
    agrees(performance.rootMeanSquaredError(), golden.get("rmse"), tolerance, 1e-4);
    agrees(performance.r2(), golden.get("r2"), tolerance, 1e-4);
    agrees(performance.meanAbsolutePercentageError(), golden.get("mape"), tolerance, 1e-4);
    agrees(performance.pinball(0.9), golden.get("pinball_0.9"), tolerance, 1e-4);
    agrees(performance.bias(), golden.get("bias"), tolerance, 1e-4);
  }

  @Test
  void noRowsDefineNothingAndFailNothing() {
    all(RegressionPerformance.of(new double[0], new double[0]), "no labelled row");
  }

  @Test
  void infinitiesHaveNoErrorThatIsANumber() {
    double[] infinite = {1, Double.POSITIVE_INFINITY};
    all(RegressionPerformance.of(infinite, infinite), "a label or prediction is infinite");
    all(
        RegressionPerformance.of(new double[] {1, 2}, infinite),
        "a label or prediction is infinite");
  }

  private static void all(RegressionPerformance performance, String reason) {
    assertThat(
            Stream.of(
                performance.bias(),
                performance.meanAbsoluteError(),
                performance.meanSquaredError(),
                performance.rootMeanSquaredError(),
                performance.r2(),
                performance.meanAbsolutePercentageError(),
                performance.pinball(0.5)))
        .allMatch(new Metric.Undefined(reason)::equals);
  }

  /** scikit-learn answers 0, or 1 for a perfect model. */
  @Test
  void equalLabelsHaveNoR2() {
    double[] constant = {0.1, 0.1, 0.1};
    assertThat(RegressionPerformance.of(constant, constant).r2())
        .isEqualTo(new Metric.Undefined("all 3 labels are equal"));
    assertThat(RegressionPerformance.of(constant, new double[] {0.1, 0.2, 0.3}).r2())
        .isInstanceOf(Metric.Undefined.class);
  }

  /** scikit-learn divides by 2^-52. */
  @Test
  void aLabelOfZeroHasNoRelativeError() {
    assertThat(
            RegressionPerformance.of(new double[] {0, 1}, new double[] {1, 1})
                .meanAbsolutePercentageError())
        .isEqualTo(new Metric.Undefined("a label is 0 and has no relative error"));
  }

  /**
   * The metrics of 1, 2, 4 and 1.5, 2, 3 in units of 1e200, 1e-200 and others: R2 = 1 - 1.25 /
   * (14/3).
   */
  @ParameterizedTest
  @ValueSource(doubles = {1e200, 1e-200, 1e308 / 4, 1e155})
  void squaresDoNotOverflow(double unit) {
    double[] labels = {unit, 2 * unit, 4 * unit};
    RegressionPerformance large =
        RegressionPerformance.of(labels, new double[] {1.5 * unit, 2 * unit, 3 * unit});
    value(large.r2(), 1 - 1.25 / (14.0 / 3), 1);
    value(large.rootMeanSquaredError(), Math.sqrt(1.25 / 3), unit);
    value(large.meanAbsoluteError(), 0.5, unit);
    value(large.bias(), -0.5 / 3, unit);
    value(large.meanAbsolutePercentageError(), 0.25, 1);
    value(large.pinball(0.5), 0.25, unit);
    if (unit > 1) {
      assertThat(large.meanSquaredError())
          .isEqualTo(new Metric.Undefined("the value is beyond the range of a double"));
    }
  }

  private static void value(Metric metric, double expected, double unit) {
    assertThat(metric)
        .isInstanceOfSatisfying(
            Metric.Value.class,
            value -> {
              assertThat(value.value() / unit).isCloseTo(expected, within(1e-12));
              assertThat(value.standardError() / unit).isPositive().isLessThan(10);
            });
  }

  @Test
  void anErrorBeyondTheRangeOfADoubleIsUndefined() {
    double most = Double.MAX_VALUE;
    RegressionPerformance opposite =
        RegressionPerformance.of(new double[] {most, -most, 1}, new double[] {-most, most, 1});
    for (Metric metric :
        List.of(
            opposite.meanAbsoluteError(),
            opposite.meanSquaredError(),
            opposite.rootMeanSquaredError(),
            opposite.r2(),
            opposite.pinball(0.5))) {
      assertThat(metric)
          .isEqualTo(new Metric.Undefined("the value is beyond the range of a double"));
    }
  }

  @Test
  void aSingleRowLeavesTheErrorUnknown() {
    RegressionPerformance one = RegressionPerformance.of(new double[] {2}, new double[] {3});
    assertThat(one.meanAbsoluteError()).isEqualTo(new Metric.Value(1, Double.POSITIVE_INFINITY));
    assertThat(one.rootMeanSquaredError()).isEqualTo(new Metric.Value(1, Double.POSITIVE_INFINITY));
    assertThat(one.r2()).isInstanceOf(Metric.Undefined.class);
  }

  @Test
  void rowsWithoutLabelOrPredictionAreLeftOutAndCounted() {
    RegressionPerformance some =
        RegressionPerformance.of(new double[] {1, NAN, 3}, new double[] {2, 2, NAN});
    assertThat(some.rows()).isOne();
    assertThat(some.missing()).isEqualTo(2);
    assertThat(some.bias().orElse(NAN)).isOne();
  }

  @Test
  void badInputIsRefused() {
    assertThatThrownBy(() -> RegressionPerformance.of(new double[1], new double[2]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("1 labels, 2 predictions");
    for (double quantile : new double[] {0, 1, NAN}) {
      assertThatThrownBy(
              () -> RegressionPerformance.of(new double[1], new double[1]).pinball(quantile))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
