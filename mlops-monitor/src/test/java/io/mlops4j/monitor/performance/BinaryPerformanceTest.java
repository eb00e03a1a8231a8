package io.mlops4j.monitor.performance;

import static io.mlops4j.monitor.golden.GoldenFile.doubles;
import static io.mlops4j.monitor.golden.GoldenFile.statistic;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.monitor.golden.GoldenFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class BinaryPerformanceTest {
  private static final double NAN = Double.NaN;

  static Stream<Arguments> cases() {
    return GoldenFile.elements(GoldenFile.read("classification.json").get("binary"))
        .map(c -> Arguments.of(c.get("name").asText(), c));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void agreesWithScikitLearn(String name, JsonNode golden) {
    JsonNode expected = golden.get("expected");
    BinaryPerformance performance =
        BinaryPerformance.of(doubles(golden.get("y")), doubles(golden.get("p")));
    ConfusionMatrix confusion = performance.confusion(0.5);
    assertThat(
            new double[] {
              confusion.trueNegatives(),
              confusion.falsePositives(),
              confusion.falseNegatives(),
              confusion.truePositives()
            })
        .isEqualTo(doubles(expected.get("confusion_tn_fp_fn_tp")));
    agrees(confusion.accuracy(), expected.get("accuracy"));
    agrees(confusion.precision(), expected.get("precision"));
    agrees(confusion.recall(), expected.get("recall"));
    agrees(confusion.f1(), expected.get("f1"));
    agrees(performance.logLoss(), expected.get("log_loss"));
    agrees(performance.brier(), expected.get("brier"));
    agrees(performance.averagePrecision(), expected.get("average_precision"));
    if (expected.get("roc_auc").isNumber()) {
      agrees(performance.rocAuc(), expected.get("roc_auc"));
    } else {
      assertThat(performance.rocAuc())
          .isEqualTo(new Metric.Undefined("all 20 rows are of one class"));
    }
  }

  /** scikit-learn answers 0 where a denominator is 0. */
  private static void agrees(Metric metric, JsonNode expected) {
    assertThat(metric.orElse(0)).isCloseTo(expected.asDouble(), statistic(expected));
  }

  static Stream<JsonNode> edgeCases() {
    return GoldenFile.elements(GoldenFile.read("edge/edge_cases.json").get("binary"));
  }

  @ParameterizedTest
  @MethodSource("edgeCases")
  void samplingErrorsAgreeWithTheirDefinitions(JsonNode golden) {
    BinaryPerformance performance =
        BinaryPerformance.of(doubles(golden.get("y")), doubles(golden.get("p")));
    value(performance.rocAuc(), golden.get("roc_auc"), golden.get("delong"));
    value(performance.brier(), golden.get("brier"), golden.get("brier_error"));
    agrees(performance.averagePrecision(), golden.get("average_precision"));
    agrees(performance.logLoss(), golden.get("log_loss"));
  }

  private static void value(Metric metric, JsonNode value, JsonNode error) {
    assertThat(metric).isInstanceOf(Metric.Value.class);
    Metric.Value got = (Metric.Value) metric;
    assertThat(got.value()).isCloseTo(value.asDouble(), statistic(value));
    assertThat(got.standardError()).isCloseTo(error.asDouble(), statistic(error));
  }

  @Test
  void rowsWithoutLabelOrScoreAreLeftOutAndCounted() {
    BinaryPerformance performance =
        BinaryPerformance.of(
            new double[] {1, NAN, 0, 1, NAN}, new double[] {0.9, 0.1, 0.2, NAN, NAN});
    assertThat(performance.rows()).isEqualTo(2);
    assertThat(performance.missing()).isEqualTo(3);
    assertThat(performance.positives()).isEqualTo(1);
    assertThat(performance.negatives()).isEqualTo(1);
    assertThat(performance.rocAuc().orElse(NAN)).isOne();
  }

  @Test
  void noRowsDefineNothingAndFailNothing() {
    BinaryPerformance nothing = BinaryPerformance.of(new double[0], new double[0]);
    ConfusionMatrix confusion = nothing.confusion(0.5);
    assertThat(
            Stream.of(
                nothing.rocAuc(),
                nothing.averagePrecision(),
                nothing.logLoss(),
                nothing.brier(),
                confusion.accuracy(),
                confusion.precision(),
                confusion.recall(),
                confusion.f1()))
        .allMatch(Metric.Undefined.class::isInstance);
  }

  @Test
  void precisionIsUndefinedWhenNothingWasPredicted() {
    ConfusionMatrix silent = new ConfusionMatrix(968, 0, 32, 0);
    assertThat(silent.precision()).isEqualTo(new Metric.Undefined("no row was predicted positive"));
    assertThat(silent.recall().orElse(NAN)).isZero();
    assertThat(silent.f1().orElse(NAN)).isZero();
  }

  @Test
  void scoresOutsideZeroToOneRankButAreNoProbabilities() {
    BinaryPerformance margins =
        BinaryPerformance.of(
            new double[] {0, 0, 1}, new double[] {-3, Double.NEGATIVE_INFINITY, 2});
    assertThat(margins.rocAuc().orElse(NAN)).isOne();
    assertThat(margins.logLoss())
        .isEqualTo(new Metric.Undefined("a score lies outside [0, 1] and is not a probability"));
    assertThat(margins.brier()).isInstanceOf(Metric.Undefined.class);
  }

  @Test
  void aSingleRowOfAClassTakesTheLargestPossibleVariance() {
    // placements: the positive beats 3 of 4; variance bound 3/4 * 1/4 for it, 0.25 measured for the
    // negatives
    BinaryPerformance one =
        BinaryPerformance.of(new double[] {1, 0, 0, 0, 0}, new double[] {0.5, 0.1, 0.2, 0.3, 0.9});
    assertThat(one.rocAuc()).isInstanceOf(Metric.Value.class);
    assertThat(((Metric.Value) one.rocAuc()).standardError())
        .isCloseTo(Math.sqrt(0.1875 + 0.25 / 4), within(1e-12));
  }

  @Test
  void negativeZeroTiesWithZero() {
    assertThat(
            BinaryPerformance.of(new double[] {1, 0}, new double[] {0.0, -0.0})
                .rocAuc()
                .orElse(NAN))
        .isEqualTo(0.5);
  }

  @Test
  void theErrorOfF1IsTheDeltaMethods() {
    // 2 TP = 60, FP + FN = 20: F1 = 0.75; 4 * 30 * 20 * 50 / 80^4
    Metric.Value f1 = (Metric.Value) new ConfusionMatrix(50, 12, 8, 30).f1();
    assertThat(f1.value()).isEqualTo(0.75);
    assertThat(f1.standardError()).isCloseTo(Math.sqrt(120_000 / 40_960_000.0), within(1e-15));
  }

  @Test
  void badInputIsRefusedWithItsPlace() {
    assertThatThrownBy(() -> BinaryPerformance.of(new double[] {0, 2}, new double[] {0.1, 0.2}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("labels[1] = 2.0");
    assertThatThrownBy(() -> BinaryPerformance.of(new double[1], new double[2]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("1 labels, 2 scores");
    assertThatThrownBy(() -> BinaryPerformance.of(new double[1], new double[1]).confusion(NAN))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new ConfusionMatrix(1, -1, 0, 0))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
