package io.mlops4j.monitor.performance;

import static io.mlops4j.monitor.golden.GoldenFile.doubles;
import static io.mlops4j.monitor.performance.PerformanceCases.agrees;
import static io.mlops4j.monitor.performance.PerformanceCases.labels;
import static io.mlops4j.monitor.performance.PerformanceCases.rows;
import static io.mlops4j.monitor.performance.PerformanceCases.valueIs;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.monitor.golden.GoldenFile;
import io.mlops4j.monitor.performance.ClassConfusion.Averaging;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class MultiClassPerformanceTest {
  private static final double NAN = Double.NaN;

  static Stream<Arguments> golden() {
    return GoldenFile.elements(GoldenFile.read("classification.json").get("multiclass"))
        .map(c -> Arguments.of(c.get("name").asText(), c));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("golden")
  void agreesWithScikitLearn(String name, JsonNode golden) {
    JsonNode expected = golden.get("expected");
    int classes = golden.get("k").asInt();
    MultiClassPerformance performance =
        MultiClassPerformance.of(
            classes, labels(golden.get("y")), rows(doubles(golden.get("P_rowmajor")), classes));
    ClassConfusion confusion = performance.confusion();
    for (int label = 0; label < classes; label++) {
      for (int predicted = 0; predicted < classes; predicted++) {
        assertThat(confusion.count(label, predicted))
            .isEqualTo(expected.get("confusion").get(label).get(predicted).asLong());
      }
      JsonNode perClass = expected.get("per_class");
      ConfusionMatrix one = confusion.oneVersusRest(label);
      assertThat(one.precision().orElse(0))
          .isCloseTo(perClass.get("precision").get(label).asDouble(), within(1e-12));
      assertThat(one.recall().orElse(0))
          .isCloseTo(perClass.get("recall").get(label).asDouble(), within(1e-12));
      assertThat(one.f1().orElse(0))
          .isCloseTo(perClass.get("f1").get(label).asDouble(), within(1e-12));
      assertThat(one.truePositives() + one.falseNegatives())
          .isEqualTo(perClass.get("support").get(label).asLong());
    }
    valueIs(confusion.accuracy(), expected.get("accuracy"));
    for (Averaging averaging : Averaging.values()) {
      JsonNode ofAverage = expected.get(averaging.name().toLowerCase(Locale.ROOT));
      valueIs(confusion.precision(averaging), ofAverage.get("precision"));
      valueIs(confusion.recall(averaging), ofAverage.get("recall"));
      valueIs(confusion.f1(averaging), ofAverage.get("f1"));
    }
    valueIs(performance.logLoss(), expected.get("log_loss"));
    valueIs(performance.brier(), expected.get("brier_multiclass_sum"));
    valueIs(performance.rocAucOneVersusOne(), expected.get("roc_auc_ovo_macro"));
    valueIs(
        performance.calibrationError(CalibrationError.withDefaults().withEqualWidths()),
        expected.get("ece10_top_label"));
    if (expected.get("roc_auc_ovr_macro").isNumber()) {
      valueIs(performance.rocAuc(), expected.get("roc_auc_ovr_macro"));
    } else {
      assertThat(performance.rocAuc())
          .isEqualTo(new Metric.Undefined("1 of 3 classes have no row"));
    }
  }

  static Stream<JsonNode> cases() {
    return GoldenFile.elements(PerformanceCases.CASES.get("multiclass"));
  }

  private static MultiClassPerformance performance(JsonNode golden) {
    return MultiClassPerformance.of(
        golden.get("classes").asInt(), labels(golden.get("y")), rows(golden.get("p")));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void samplingErrorsOfAveragesAreTheJackknifesOfScikitLearn(JsonNode golden) {
    ClassConfusion confusion = performance(golden).confusion();
    for (Averaging averaging : Averaging.values()) {
      String average = averaging.name().toLowerCase(Locale.ROOT);
      agrees(confusion.precision(averaging), golden.get("precision_" + average));
      agrees(confusion.recall(averaging), golden.get("recall_" + average));
      agrees(confusion.f1(averaging), golden.get("f1_" + average));
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void areasLossesAndCalibrationAgreeWithTheirDefinitions(JsonNode golden) {
    MultiClassPerformance performance = performance(golden);
    agrees(performance.rocAucOneVersusOne(), golden.get("ovo"));
    if (golden.has("ovr")) {
      agrees(performance.rocAuc(), golden.get("ovr"));
    }
    agrees(performance.brier(), golden.get("brier"));
    agrees(performance.logLoss(), golden.get("log_loss"));
    agrees(
        performance.calibrationError(CalibrationError.withDefaults()), golden.get("ece_quantile"));
  }

  @Test
  void twoClassesGiveTheErrorsOfTheBinaryModel() {
    double[] labels = {0, 1, 0, 1, 1, 0, 0, 1, 1};
    double[] scores = {0.1, 0.4, 0.4, 0.8, 0.4, 0.2, 0.8, 0.9, 0.3};
    BinaryPerformance binary = BinaryPerformance.of(labels, scores);
    MultiClassPerformance both =
        MultiClassPerformance.of(
            2,
            Arrays.stream(labels).mapToInt(y -> (int) y).toArray(),
            Arrays.stream(scores).mapToObj(p -> new double[] {1 - p, p}).toArray(double[][]::new));
    Metric.Value expected = (Metric.Value) binary.rocAuc();
    for (Metric area : List.of(both.rocAuc(), both.rocAucOneVersusOne())) {
      Metric.Value got = (Metric.Value) area;
      assertThat(got.value()).isCloseTo(expected.value(), within(1e-12));
      assertThat(got.standardError()).isCloseTo(expected.standardError(), within(1e-12));
    }
    assertThat(both.logLoss().orElse(NAN)).isCloseTo(binary.logLoss().orElse(0), within(1e-12));
    assertThat(both.brier().orElse(NAN)).isCloseTo(2 * binary.brier().orElse(0), within(1e-12));
    Metric.Value accuracy = (Metric.Value) both.confusion().accuracy();
    assertThat(accuracy.standardError())
        .isCloseTo(
            ((Metric.Value) binary.confusion(0.5).accuracy()).standardError(), within(1e-12));
  }

  @Test
  void noRowsDefineNothingAndFailNothing() {
    MultiClassPerformance nothing = MultiClassPerformance.of(3, new int[0], new double[0][]);
    assertThat(
            Stream.of(
                nothing.logLoss(),
                nothing.brier(),
                nothing.rocAucOneVersusOne(),
                nothing.rocAuc(),
                nothing.calibrationError(CalibrationError.withDefaults()),
                nothing.confusion().accuracy(),
                nothing.confusion().f1(Averaging.MACRO),
                nothing.confusion().precision(Averaging.WEIGHTED)))
        .allMatch(new Metric.Undefined("no labelled row")::equals);
  }

  @Test
  void rowsWithoutLabelOrProbabilitiesAreLeftOutAndCounted() {
    MultiClassPerformance some =
        MultiClassPerformance.of(
            2,
            new int[] {0, MultiClassPerformance.UNKNOWN, 1, 1},
            new double[][] {{0.9, 0.1}, {0.5, 0.5}, {NAN, 0.5}, {0.2, 0.8}});
    assertThat(some.rows()).isEqualTo(2);
    assertThat(some.missing()).isEqualTo(2);
    assertThat(some.confusion().accuracy().orElse(NAN)).isOne();
  }

  @Test
  void scoresThatAreNoProbabilitiesRankButHaveNoLoss() {
    MultiClassPerformance margins =
        MultiClassPerformance.of(2, new int[] {0, 1}, new double[][] {{3, -3}, {-1, 1}});
    assertThat(margins.rocAuc().orElse(NAN)).isOne();
    assertThat(margins.logLoss()).isInstanceOf(Metric.Undefined.class);
    assertThat(margins.calibrationError(CalibrationError.withDefaults()))
        .isInstanceOf(Metric.Undefined.class);
    assertThat(MultiClassPerformance.of(2, new int[] {0}, new double[][] {{0.5, 0.1}}).brier())
        .isInstanceOf(Metric.Undefined.class);
  }

  @Test
  void oneClassHasNoAreas() {
    assertThat(
            MultiClassPerformance.of(2, new int[] {1, 1}, new double[][] {{0.5, 0.5}, {0, 1}})
                .rocAucOneVersusOne())
        .isEqualTo(new Metric.Undefined("all 2 rows are of one class"));
  }

  @Test
  void badInputIsRefusedWithItsPlace() {
    assertThatThrownBy(
            () -> MultiClassPerformance.of(2, new int[] {0, 2}, new double[][] {{1, 0}, {0, 1}}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("labels[1] = 2");
    assertThatThrownBy(() -> MultiClassPerformance.of(2, new int[1], new double[][] {{1}}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("probabilities[0] has length 1");
    assertThatThrownBy(() -> MultiClassPerformance.of(2, new int[2], new double[1][]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("2 labels, 1 rows");
    assertThatThrownBy(() -> MultiClassPerformance.of(1, new int[0], new double[0][]))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> ClassConfusion.of(2, new int[] {0}, new int[] {-1}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("predictions[0] = -1");
    assertThatThrownBy(() -> ClassConfusion.of(2, new int[1], new int[2]))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
