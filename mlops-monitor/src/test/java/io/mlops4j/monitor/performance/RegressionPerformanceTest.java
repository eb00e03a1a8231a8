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
    agrees(performance.explainedVariance(), golden.get("explained_variance"), tolerance, 1e-4);
    agrees(
        performance.symmetricMeanAbsolutePercentageError(), golden.get("smape"), tolerance, 1e-4);
    agrees(performance.medianAbsoluteError(), golden.get("median"), tolerance, 1e-4);
    valueIs(performance.maximumError(), golden.get("max"));
    if (golden.has("msle")) {
      agrees(performance.meanSquaredLogError(), golden.get("msle"), tolerance, 1e-4);
    } else {
      assertThat(performance.meanSquaredLogError())
          .isEqualTo(
              new Metric.Undefined("a label or prediction is negative and has no logarithm"));
    }
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
                performance.explainedVariance(),
                performance.symmetricMeanAbsolutePercentageError(),
                performance.meanSquaredLogError(),
                performance.medianAbsoluteError(),
                performance.maximumError(),
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
    value(large.explainedVariance(), 1 - (1.25 - 0.25 / 3) / (14.0 / 3), 1);
    value(large.medianAbsoluteError(), 0.5, unit);
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
  void oppositeSignsAndZerosHaveTheLargestSymmetricErrorAndTwoZerosNone() {
    double most = Double.MAX_VALUE;
    RegressionPerformance extreme =
        RegressionPerformance.of(
            new double[] {most, 0, 0, most, Double.MIN_VALUE}, new double[] {-most, 5, 0, most, 0});
    assertThat(extreme.symmetricMeanAbsolutePercentageError().orElse(NAN))
        .isCloseTo((2 + 2 + 0 + 0 + 2) / 5.0, within(1e-12));
  }

  @Test
  void logErrorsOfHugeAmountsAreFinite() {
    double most = Double.MAX_VALUE;
    double all = Math.log(most);
    assertThat(
            RegressionPerformance.of(new double[] {0, most}, new double[] {most, 0})
                .meanSquaredLogError()
                .orElse(NAN))
        .isCloseTo(all * all, within(1e-6));
    assertThat(
            RegressionPerformance.of(new double[] {-0.5}, new double[] {1}).meanSquaredLogError())
        .isInstanceOf(Metric.Undefined.class);
    assertThat(
            RegressionPerformance.of(new double[] {1}, new double[] {-1e-300})
                .meanSquaredLogError())
        .isInstanceOf(Metric.Undefined.class);
  }

  @Test
  void aConstantErrorIsExplainedVarianceButNotR2() {
    RegressionPerformance shifted =
        RegressionPerformance.of(new double[] {1, 2, 3}, new double[] {11, 12, 13});
    assertThat(shifted.explainedVariance()).isEqualTo(new Metric.Value(1, 0));
    assertThat(shifted.r2().orElse(NAN)).isLessThan(-100);
    assertThat(
            RegressionPerformance.of(new double[] {2, 2}, new double[] {1, 3}).explainedVariance())
        .isEqualTo(new Metric.Undefined("all 2 labels are equal"));
  }

  @Test
  void medianAndMaximumOfFewRows() {
    RegressionPerformance one = RegressionPerformance.of(new double[] {2}, new double[] {5});
    assertThat(one.medianAbsoluteError()).isEqualTo(new Metric.Value(3, Double.POSITIVE_INFINITY));
    assertThat(one.maximumError()).isEqualTo(new Metric.Value(3, Double.POSITIVE_INFINITY));
    RegressionPerformance wild =
        RegressionPerformance.of(new double[] {0, 0, 0}, new double[] {1, -2, 1e300});
    assertThat(wild.medianAbsoluteError().orElse(NAN)).isEqualTo(2);
    double most = Double.MAX_VALUE;
    RegressionPerformance beyond =
        RegressionPerformance.of(new double[] {-most, 0}, new double[] {most, most});
    Metric undefined = new Metric.Undefined("the value is beyond the range of a double");
    assertThat(beyond.medianAbsoluteError()).isEqualTo(undefined);
    assertThat(beyond.maximumError()).isEqualTo(undefined);
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
