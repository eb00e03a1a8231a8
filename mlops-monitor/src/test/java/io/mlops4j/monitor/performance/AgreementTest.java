package io.mlops4j.monitor.performance;

import static io.mlops4j.monitor.golden.GoldenFile.doubles;
import static io.mlops4j.monitor.performance.PerformanceCases.agrees;
import static io.mlops4j.monitor.performance.PerformanceCases.labels;
import static io.mlops4j.monitor.performance.PerformanceCases.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.monitor.golden.GoldenFile;
import io.mlops4j.monitor.performance.ClassConfusion.Averaging;
import io.mlops4j.monitor.performance.ClassConfusion.KappaWeights;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Matthews correlation, kappa, F-beta and balanced accuracy of two and of several classes. */
class AgreementTest {
  private static final double NAN = Double.NaN;

  static Stream<JsonNode> binary() {
    return GoldenFile.elements(PerformanceCases.CASES.get("binary"));
  }

  @ParameterizedTest
  @MethodSource("binary")
  void binaryDecisionsAgreeWithScikitLearnAndItsJackknife(JsonNode golden) {
    ConfusionMatrix decisions =
        BinaryPerformance.of(doubles(golden.get("y")), doubles(golden.get("p"))).confusion(0.5);
    agrees(decisions.matthewsCorrelation(), golden.get("mcc"));
    agrees(decisions.cohensKappa(), golden.get("kappa_none"));
    agrees(decisions.balancedAccuracy(), golden.get("balanced"));
    agrees(decisions.fBeta(0.5), golden.get("f0.5"));
    agrees(decisions.fBeta(2), golden.get("f2"));
  }

  static Stream<JsonNode> several() {
    return GoldenFile.elements(PerformanceCases.CASES.get("multiclass"));
  }

  @ParameterizedTest
  @MethodSource("several")
  void severalClassesAgreeWithScikitLearnAndItsJackknife(JsonNode golden) {
    MultiClassPerformance performance =
        MultiClassPerformance.of(
            golden.get("classes").asInt(), labels(golden.get("y")), rows(golden.get("p")));
    ClassConfusion decisions = performance.confusion();
    agrees(decisions.matthewsCorrelation(), golden.get("mcc"));
    agrees(decisions.balancedAccuracy(), golden.get("balanced"));
    agrees(decisions.cohensKappa(), golden.get("kappa_none"));
    for (KappaWeights weights : KappaWeights.values()) {
      String name = weights.name().toLowerCase(Locale.ROOT);
      agrees(decisions.cohensKappa(weights), golden.get("kappa_" + name));
    }
    for (Averaging averaging : Averaging.values()) {
      String name = averaging.name().toLowerCase(Locale.ROOT);
      agrees(decisions.fBeta(2, averaging), golden.get("f2_" + name));
    }
    agrees(performance.topKAccuracy(1), golden.get("top_1"));
    agrees(performance.topKAccuracy(2), golden.get("top_2"));
  }

  @Test
  void aClassThatOnlyWasPredictedLeavesBalancedAccuracyButNotMacroRecall() {
    ClassConfusion decisions = ClassConfusion.of(3, new int[] {0, 0, 1, 1}, new int[] {0, 2, 1, 1});
    assertThat(decisions.balancedAccuracy().orElse(NAN)).isEqualTo(0.75);
    assertThat(decisions.recall(Averaging.MACRO).orElse(NAN)).isCloseTo(0.5, within(1e-12));
  }

  @Test
  void theFirstOfEquallyProbableClassesComesFirst() {
    MultiClassPerformance even =
        MultiClassPerformance.of(
            3,
            new int[] {0, 1, 2},
            new double[][] {{0.4, 0.4, 0.2}, {0.4, 0.4, 0.2}, {0.4, 0.4, 0.2}});
    assertThat(even.topKAccuracy(1)).isEqualTo(even.confusion().accuracy());
    assertThat(even.topKAccuracy(2).orElse(NAN)).isCloseTo(2 / 3.0, within(1e-12));
    assertThat(even.topKAccuracy(3)).isEqualTo(new Metric.Value(1, 0));
    assertThat(even.topKAccuracy(Integer.MAX_VALUE)).isEqualTo(new Metric.Value(1, 0));
    assertThatThrownBy(() -> even.topKAccuracy(0)).isInstanceOf(IllegalArgumentException.class);
    assertThat(MultiClassPerformance.of(2, new int[0], new double[0][]).topKAccuracy(1))
        .isEqualTo(new Metric.Undefined("no labelled row"));
  }

  @Test
  void rowsOfOneClassHaveNoCorrelation() {
    String reason = "all 10 rows are of one class or were predicted as one";
    assertThat(new ConfusionMatrix(7, 3, 0, 0).matthewsCorrelation())
        .isEqualTo(new Metric.Undefined(reason));
    assertThat(new ConfusionMatrix(7, 0, 3, 0).matthewsCorrelation())
        .isEqualTo(new Metric.Undefined(reason));
    assertThat(new ConfusionMatrix(7, 0, 3, 0).cohensKappa().orElse(NAN)).isZero();
    assertThat(new ConfusionMatrix(10, 0, 0, 0).cohensKappa())
        .isEqualTo(new Metric.Undefined("all 10 rows are of one class and were predicted as it"));
  }

  @Test
  void noRowsDefineNothingAndFailNothing() {
    ConfusionMatrix nothing = new ConfusionMatrix(0, 0, 0, 0);
    assertThat(nothing.matthewsCorrelation()).isEqualTo(new Metric.Undefined("no labelled row"));
    assertThat(nothing.cohensKappa()).isEqualTo(new Metric.Undefined("no labelled row"));
    assertThat(nothing.fBeta(2)).isInstanceOf(Metric.Undefined.class);
    ClassConfusion none = ClassConfusion.of(3, new int[0], new int[0]);
    for (KappaWeights weights : KappaWeights.values()) {
      assertThat(none.cohensKappa(weights)).isEqualTo(new Metric.Undefined("no labelled row"));
    }
    assertThat(none.balancedAccuracy()).isEqualTo(new Metric.Undefined("no labelled row"));
    assertThat(none.fBeta(2, Averaging.MACRO)).isEqualTo(new Metric.Undefined("no labelled row"));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -1, Double.NaN, Double.POSITIVE_INFINITY})
  void betaIsPositiveAndFinite(double beta) {
    assertThatThrownBy(() -> new ConfusionMatrix(1, 1, 1, 1).fBeta(beta))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("beta = " + beta);
  }

  @Test
  void extremeBetasArePrecisionAndRecall() {
    ConfusionMatrix decisions = new ConfusionMatrix(50, 10, 30, 20);
    assertThat(decisions.fBeta(1e-200)).isEqualTo(decisions.precision());
    assertThat(decisions.fBeta(1e200)).isEqualTo(decisions.recall());
  }

  /** Counts of a trillion rows: their product leaves the range of a long. */
  @Test
  void hugeCountsGiveTheFiguresOfTheSameShares() {
    ConfusionMatrix few = new ConfusionMatrix(50, 10, 30, 20);
    long times = 10_000_000_000L;
    ConfusionMatrix many = new ConfusionMatrix(50 * times, 10 * times, 30 * times, 20 * times);
    for (int i = 0; i < 3; i++) {
      Metric.Value a = (Metric.Value) figure(few, i);
      Metric.Value b = (Metric.Value) figure(many, i);
      assertThat(b.value()).isCloseTo(a.value(), within(1e-12));
      assertThat(b.standardError() * 1e5).isCloseTo(a.standardError(), within(1e-9));
    }
  }

  private static Metric figure(ConfusionMatrix decisions, int which) {
    return which == 0
        ? decisions.matthewsCorrelation()
        : which == 1 ? decisions.cohensKappa() : decisions.fBeta(3);
  }

  @Test
  void exchangingLabelsAndDecisionsOrRenamingClassesKeepsTheAgreement() {
    long seed = 17;
    SplittableRandom random = new SplittableRandom(seed);
    for (int round = 0; round < 200; round++) {
      long[] n = random.longs(4, 1, 1000).toArray();
      ConfusionMatrix one = new ConfusionMatrix(n[0], n[1], n[2], n[3]);
      ConfusionMatrix exchanged = new ConfusionMatrix(n[0], n[2], n[1], n[3]);
      ConfusionMatrix renamed = new ConfusionMatrix(n[3], n[2], n[1], n[0]);
      ConfusionMatrix opposite = new ConfusionMatrix(n[1], n[0], n[3], n[2]);
      String input = "seed " + seed + ": " + one;
      double mcc = one.matthewsCorrelation().orElse(NAN);
      assertThat(mcc).as(input).isBetween(-1.0, 1.0);
      assertThat(exchanged.matthewsCorrelation().orElse(NAN))
          .as(input)
          .isCloseTo(mcc, within(1e-12));
      assertThat(renamed.matthewsCorrelation().orElse(NAN)).as(input).isCloseTo(mcc, within(1e-12));
      assertThat(opposite.matthewsCorrelation().orElse(NAN))
          .as(input)
          .isCloseTo(-mcc, within(1e-12));
      double kappa = one.cohensKappa().orElse(NAN);
      assertThat(exchanged.cohensKappa().orElse(NAN)).as(input).isCloseTo(kappa, within(1e-12));
      assertThat(renamed.cohensKappa().orElse(NAN)).as(input).isCloseTo(kappa, within(1e-12));
      assertThat(one.fBeta(1)).as(input).isEqualTo(one.f1());
    }
  }

  /** With two classes there is one distance, so that weights change nothing. */
  @Test
  void twoClassesHaveOneKappa() {
    ClassConfusion decisions =
        ClassConfusion.of(2, new int[] {0, 0, 1, 1, 1, 0}, new int[] {0, 1, 1, 1, 0, 0});
    for (KappaWeights weights : KappaWeights.values()) {
      assertThat(decisions.cohensKappa(weights)).isEqualTo(decisions.cohensKappa());
    }
  }
}
