package io.mlops4j.monitor.performance;

import static io.mlops4j.monitor.golden.GoldenFile.doubles;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.monitor.golden.GoldenFile;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CurvesTest {
  private static final double NAN = Double.NaN;
  private static final double INFINITY = Double.POSITIVE_INFINITY;

  static Stream<JsonNode> golden() {
    return GoldenFile.elements(PerformanceCases.CASES.get("binary"));
  }

  private static BinaryPerformance performance(JsonNode golden) {
    return BinaryPerformance.of(doubles(golden.get("y")), doubles(golden.get("p")));
  }

  @ParameterizedTest
  @MethodSource("golden")
  void rocPointsAgreeWithScikitLearn(JsonNode golden) {
    List<CurvePoint> points = performance(golden).rocCurve();
    agree(points.stream().mapToDouble(CurvePoint::threshold), golden.get("roc").get("threshold"));
    agree(points.stream().mapToDouble(CurvePoint::falsePositiveRate), golden.get("roc").get("fpr"));
    agree(points.stream().mapToDouble(CurvePoint::recall), golden.get("roc").get("tpr"));
  }

  @ParameterizedTest
  @MethodSource("golden")
  void precisionRecallPointsAgreeWithScikitLearnInReverseOrder(JsonNode golden) {
    List<CurvePoint> points = new ArrayList<>(performance(golden).precisionRecallCurve());
    Collections.reverse(points);
    JsonNode pr = golden.get("pr");
    agree(points.stream().mapToDouble(CurvePoint::threshold), pr.get("threshold"));
    agree(points.stream().mapToDouble(CurvePoint::precision), pr.get("precision"));
    agree(points.stream().mapToDouble(CurvePoint::recall), pr.get("recall"));
  }

  /** JSON has no infinity. */
  private static void agree(DoubleStream found, JsonNode expected) {
    double[] all =
        GoldenFile.elements(expected)
            .mapToDouble(x -> x.isNull() ? INFINITY : x.asDouble())
            .toArray();
    assertThat(found.toArray()).containsExactly(all, within(1e-12));
  }

  private static BinaryPerformance drawn(SplittableRandom random, int rows, int distinct) {
    double[] labels = new double[rows];
    double[] scores = new double[rows];
    for (int row = 0; row < rows; row++) {
      labels[row] = random.nextInt(3) == 0 ? 1 : 0;
      scores[row] = (random.nextInt(distinct) + labels[row] * random.nextInt(distinct)) / 7.0;
    }
    return BinaryPerformance.of(labels, scores);
  }

  @Test
  void areasBelowThePointsAreThoseOfAllRows() {
    long seed = 23;
    SplittableRandom random = new SplittableRandom(seed);
    for (int round = 0; round < 200; round++) {
      BinaryPerformance drawn = drawn(random, 2 + random.nextInt(300), 1 + random.nextInt(100));
      String input = "seed " + seed + " round " + round;
      double area = 0;
      List<CurvePoint> roc = drawn.rocCurve();
      for (int i = 1; i < roc.size(); i++) {
        area +=
            (roc.get(i).falsePositiveRate() - roc.get(i - 1).falsePositiveRate())
                * (roc.get(i).recall() + roc.get(i - 1).recall())
                / 2;
      }
      assertThat(area).as(input).isCloseTo(drawn.rocAuc().orElse(0), within(1e-12));
      double precision = 0;
      List<CurvePoint> pr = drawn.precisionRecallCurve();
      for (int i = 1; i < pr.size(); i++) {
        precision += (pr.get(i).recall() - pr.get(i - 1).recall()) * pr.get(i).precision();
      }
      assertThat(precision).as(input).isCloseTo(drawn.averagePrecision().orElse(0), within(1e-12));
    }
  }

  @Test
  void boundedCurvesKeepBothEndsAndStayNear() {
    long seed = 29;
    SplittableRandom random = new SplittableRandom(seed);
    for (int round = 0; round < 100; round++) {
      BinaryPerformance drawn = drawn(random, 500, 400);
      int most = 2 + random.nextInt(60);
      List<CurvePoint> all = drawn.rocCurve();
      List<CurvePoint> some = drawn.rocCurve(most);
      String input = "seed " + seed + " round " + round + " most " + most;
      assertThat(some).as(input).hasSizeBetween(2, most);
      assertThat(all).as(input).containsAll(some);
      assertThat(some.get(0)).as(input).isEqualTo(new CurvePoint(INFINITY, 0, 0, 1));
      assertThat(some.get(some.size() - 1)).as(input).isEqualTo(all.get(all.size() - 1));
      for (CurvePoint point : all) {
        assertThat(some)
            .as(input)
            .anyMatch(
                kept ->
                    Math.abs(kept.falsePositiveRate() - point.falsePositiveRate())
                            + Math.abs(kept.recall() - point.recall())
                        <= 2.0 / (most - 1) + 1e-12);
      }
      assertThat(drawn.precisionRecallCurve(most)).as(input).hasSizeBetween(2, most);
      assertThat(drawn.precisionRecallCurve()).containsAll(drawn.precisionRecallCurve(most));
    }
  }

  @Test
  void oneClassOrNoRowsHaveNoCurve() {
    double[] none = {};
    assertThat(BinaryPerformance.of(none, none).rocCurve()).isEmpty();
    assertThat(BinaryPerformance.of(none, none).precisionRecallCurve()).isEmpty();
    BinaryPerformance negative = BinaryPerformance.of(new double[2], new double[] {0.1, 0.2});
    assertThat(negative.rocCurve()).isEmpty();
    assertThat(negative.precisionRecallCurve()).isEmpty();
    BinaryPerformance positive = BinaryPerformance.of(new double[] {1, 1}, new double[] {0.1, 0.2});
    assertThat(positive.rocCurve()).isEmpty();
    assertThat(positive.precisionRecallCurve())
        .extracting(CurvePoint::threshold, CurvePoint::precision, CurvePoint::recall)
        .containsExactly(tuple(INFINITY, 1.0, 0.0), tuple(0.2, 1.0, 0.5), tuple(0.1, 1.0, 1.0));
  }

  @Test
  void equalScoresAreOnePoint() {
    BinaryPerformance tied =
        BinaryPerformance.of(new double[] {1, 0, 0, 1}, new double[] {0.0, -0.0, 0.0, -0.0});
    assertThat(tied.rocCurve())
        .extracting(CurvePoint::falsePositiveRate, CurvePoint::recall)
        .containsExactly(tuple(0.0, 0.0), tuple(1.0, 1.0));
  }

  @Test
  void infiniteScoresAreScoresAndNanIsLeftOut() {
    BinaryPerformance wild =
        BinaryPerformance.of(
            new double[] {1, 0, 1, 0, 1},
            new double[] {INFINITY, -INFINITY, Double.MAX_VALUE, 0, NAN});
    assertThat(wild.rocCurve())
        .extracting(CurvePoint::threshold, CurvePoint::falsePositiveRate, CurvePoint::recall)
        .containsExactly(
            tuple(INFINITY, 0.0, 0.0),
            tuple(INFINITY, 0.0, 0.5),
            tuple(Double.MAX_VALUE, 0.0, 1.0),
            tuple(-INFINITY, 1.0, 1.0));
  }

  @Test
  void fewerThanTwoPointsAreNoCurve() {
    BinaryPerformance some = drawn(new SplittableRandom(1), 20, 5);
    for (int most : new int[] {1, 0, -1}) {
      assertThatThrownBy(() -> some.rocCurve(most))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("most = " + most);
      assertThatThrownBy(() -> some.precisionRecallCurve(most))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> BinaryPerformance.of(new double[0], new double[0]).rocCurve(1))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
