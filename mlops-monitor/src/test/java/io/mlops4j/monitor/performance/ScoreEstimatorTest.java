package io.mlops4j.monitor.performance;

import static io.mlops4j.monitor.golden.GoldenFile.doubles;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.error.DataException;
import io.mlops4j.monitor.golden.GoldenFile;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScoreEstimatorTest {
  private static final double NAN = Double.NaN;
  private static final double INFINITY = Double.POSITIVE_INFINITY;

  static Stream<JsonNode> golden() {
    return GoldenFile.elements(GoldenFile.read("edge/estimate_cases.json").get("cbpe"));
  }

  private static PerformanceEstimator cbpe(JsonNode golden) {
    return PerformanceEstimator.binary()
        .add(doubles(golden.get("labels")), doubles(golden.get("scores")))
        .threshold(golden.get("threshold").asDouble())
        .build();
  }

  @ParameterizedTest
  @MethodSource("golden")
  void calibrationIsScikitLearnsAndKeptOnlyWhereItHelps(JsonNode golden) {
    PerformanceEstimator cbpe = cbpe(golden);
    assertThat(isCalibrated(cbpe)).isEqualTo(golden.get("calibrated").asBoolean());
    double[] found = Arrays.stream(doubles(golden.get("window"))).map(cbpe::probability).toArray();
    assertThat(found).containsExactly(doubles(golden.get("probabilities")), within(1e-12));
  }

  /** Sums are kept in units of 2^-30. */
  @ParameterizedTest
  @MethodSource("golden")
  void figuresAreThoseOfThePublishedFormulasRowByRow(JsonNode golden) {
    PerformanceEstimator.Window window = cbpe(golden).window();
    window.add(doubles(golden.get("window")));
    PerformanceEstimator.Estimate estimate = window.estimate();
    double[] confusion = doubles(golden.get("confusion"));
    double rows = Arrays.stream(confusion).sum();
    assertThat(estimate.rows()).isEqualTo(Math.round(rows));
    assertThat(count(estimate, "true_negatives") / rows)
        .isCloseTo(confusion[0] / rows, within(1e-9));
    assertThat(count(estimate, "false_positives") / rows)
        .isCloseTo(confusion[1] / rows, within(1e-9));
    assertThat(count(estimate, "false_negatives") / rows)
        .isCloseTo(confusion[2] / rows, within(1e-9));
    assertThat(count(estimate, "true_positives") / rows)
        .isCloseTo(confusion[3] / rows, within(1e-9));
    agrees(estimate.figure("accuracy"), golden.get("accuracy"));
    agrees(estimate.figure("precision"), golden.get("precision"));
    agrees(estimate.figure("recall"), golden.get("recall"));
    agrees(estimate.figure("f1"), golden.get("f1"));
    agrees(estimate.figure("roc_auc"), golden.get("roc_auc"));
    assertThat(estimate.outside()).isEqualTo(golden.get("outside").asLong());
  }

  private static double count(PerformanceEstimator.Estimate estimate, String figure) {
    return estimate.figure(figure).orElse(NAN);
  }

  private static boolean isCalibrated(PerformanceEstimator cbpe) {
    return ((ScoreEstimator) cbpe).isCalibrated();
  }

  private static void agrees(Metric metric, JsonNode expected) {
    PerformanceCases.agrees(metric, expected, 2e-9, 1e-6);
  }

  /** A model that knows the probability, distorted; windows have more difficult rows. */
  private static final class World {
    final SplittableRandom random;
    final DoubleUnaryOperator distortion;

    World(long seed, DoubleUnaryOperator distortion) {
      this.random = new SplittableRandom(seed);
      this.distortion = distortion;
    }

    double[][] rows(int rows, double power) {
      double[] labels = new double[rows];
      double[] scores = new double[rows];
      for (int row = 0; row < rows; row++) {
        double p = Math.pow(random.nextDouble(), power);
        labels[row] = random.nextDouble() < p ? 1 : 0;
        scores[row] = distortion.applyAsDouble(p);
      }
      return new double[][] {labels, scores};
    }
  }

  private static final List<String> ESTIMATES =
      List.of("accuracy", "precision", "recall", "f1", "roc_auc");

  private static Metric realised(BinaryPerformance performance, double threshold, int figure) {
    ConfusionMatrix decisions = performance.confusion(threshold);
    return switch (figure) {
      case 0 -> decisions.accuracy();
      case 1 -> decisions.precision();
      case 2 -> decisions.recall();
      case 3 -> decisions.f1();
      default -> performance.rocAuc();
    };
  }

  /** The reference is drawn anew each time, so that its own error counts; 500 rows each. */
  @Test
  void intervalsHoldTheRealisedFigureAsOftenAsTheySay() {
    long seed = 41;
    World world = new World(seed, p -> p * p);
    int rounds = 600;
    int[] held = new int[ESTIMATES.size()];
    for (int round = 0; round < rounds; round++) {
      double[][] reference = world.rows(500, 1.5);
      PerformanceEstimator cbpe =
          PerformanceEstimator.binary().add(reference[0], reference[1]).threshold(0.3).build();
      double[][] current = world.rows(500, 1.1);
      PerformanceEstimator.Window window = cbpe.window();
      window.add(current[1]);
      BinaryPerformance realised = BinaryPerformance.of(current[0], current[1]);
      for (int figure = 0; figure < held.length; figure++) {
        Metric.Value estimate = (Metric.Value) window.estimate().figure(ESTIMATES.get(figure));
        double actual = realised(realised, 0.3, figure).orElse(NAN);
        held[figure] += estimate.interval(0.95).contains(actual) ? 1 : 0;
      }
    }
    for (int figure = 0; figure < held.length; figure++) {
      assertThat(held[figure] / (double) rounds)
          .as("seed %s figure %s", seed, figure)
          .isBetween(0.92, 0.985);
    }
  }

  @Test
  void covariateShiftMovesTheEstimateToTheRealisedFigure() {
    World world = new World(43, p -> p * p);
    double[][] reference = world.rows(20_000, 1);
    PerformanceEstimator cbpe =
        PerformanceEstimator.binary().add(reference[0], reference[1]).build();
    for (double power : new double[] {0.2, 1, 5}) {
      double[][] current = world.rows(20_000, power);
      PerformanceEstimator.Window window = cbpe.window();
      window.add(current[1]);
      BinaryPerformance realised = BinaryPerformance.of(current[0], current[1]);
      for (int figure = 0; figure < ESTIMATES.size(); figure++) {
        assertThat(window.estimate().figure(ESTIMATES.get(figure)).orElse(NAN))
            .as("power %s figure %s", power, figure)
            .isCloseTo(realised(realised, 0.5, figure).orElse(NAN), within(0.025));
      }
    }
  }

  @Test
  void conceptDriftIsNotSeenAndThatIsSaid() {
    World world = new World(47, p -> p);
    double[][] reference = world.rows(5000, 1);
    PerformanceEstimator cbpe =
        PerformanceEstimator.binary().add(reference[0], reference[1]).build();
    double[][] current = world.rows(5000, 1);
    double[] turned = Arrays.stream(current[0]).map(label -> 1 - label).toArray();
    PerformanceEstimator.Window window = cbpe.window();
    window.add(current[1]);
    assertThat(window.estimate().figure("roc_auc").orElse(NAN)).isGreaterThan(0.8);
    assertThat(BinaryPerformance.of(turned, current[1]).rocAuc().orElse(NAN)).isLessThan(0.2);
    assertThat(window.estimate().limits()).anyMatch(limit -> limit.contains("Concept drift"));
  }

  @Test
  void mergedWindowsAreExactlyTheWindowOfAllRowsInAnyOrder() {
    long seed = 53;
    World world = new World(seed, p -> p * p);
    double[][] reference = world.rows(3000, 1);
    PerformanceEstimator cbpe =
        PerformanceEstimator.binary().add(reference[0], reference[1]).build();
    double[] scores = world.rows(3000, 2)[1];
    scores[7] = NAN;
    scores[8] = INFINITY;
    PerformanceEstimator.Window all = cbpe.window();
    all.add(scores);
    PerformanceEstimator.Window[] parts = {cbpe.window(), cbpe.window(), cbpe.window()};
    for (int row = scores.length - 1; row >= 0; row--) {
      parts[world.random.nextInt(3)].add(scores[row]);
    }
    PerformanceEstimator.Estimate merged = parts[0].merge(parts[1].merge(parts[2])).estimate();
    assertThat(merged).as("seed " + seed).isEqualTo(all.estimate());
    assertThat(merged.rows()).isEqualTo(2999);
    assertThat(merged.missing()).isOne();
    double[] known = Arrays.stream(reference[1]).sorted().toArray();
    long outside =
        Arrays.stream(scores).filter(score -> score < known[0] || score > known[2999]).count();
    assertThat(merged.outside()).isEqualTo(outside).isPositive();
    assertThat(cbpe.window().merge(cbpe.window()).estimate().rows()).isZero();
    assertThatThrownBy(
            () ->
                all.merge(
                    PerformanceEstimator.binary().add(reference[0], reference[1]).build().window()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("two estimators");
  }

  @Test
  void theOrderOfTheReferenceDoesNotMatter() {
    World world = new World(59, p -> p * p);
    double[][] reference = world.rows(800, 1);
    int[] backwards = IntStream.range(0, 800).map(row -> 799 - row).toArray();
    PerformanceEstimator one =
        PerformanceEstimator.binary().add(reference[0], reference[1]).build();
    PerformanceEstimator.Builder other = PerformanceEstimator.binary();
    for (int row : backwards) {
      other.add(new double[] {reference[0][row]}, new double[] {reference[1][row]});
    }
    PerformanceEstimator.Window a = one.window();
    a.add(reference[1]);
    PerformanceEstimator.Window b = other.build().window();
    b.add(reference[1]);
    assertThat(a.estimate()).isEqualTo(b.estimate());
  }

  /** More distinct scores than bins: the area differs from that of the rows by little. */
  @Test
  void binsOfManyScoresMoveTheAreaByLittle() {
    World world = new World(61, p -> p);
    double[][] reference = world.rows(10_000, 1);
    PerformanceEstimator cbpe =
        PerformanceEstimator.binary().add(reference[0], reference[1]).build();
    double[] scores = world.rows(4000, 1.5)[1];
    PerformanceEstimator.Window window = cbpe.window();
    window.add(scores);
    double[] sorted = scores.clone();
    Arrays.sort(sorted);
    double positives = Arrays.stream(sorted).map(cbpe::probability).sum();
    double negatives = sorted.length - positives;
    double below = 0;
    double area = 0;
    for (double score : sorted) {
      double p = cbpe.probability(score);
      area += p * (below + (1 - p) / 2);
      below += 1 - p;
    }
    area /= positives * negatives;
    assertThat(window.estimate().figure("roc_auc").orElse(NAN)).isCloseTo(area, within(1e-4));
  }

  @Test
  void goodProbabilitiesStayAndBadOnesAreCalibrated() {
    int kept = 0;
    for (long seed = 0; seed < 20; seed++) {
      double[][] good = new World(seed, p -> p).rows(2000, 1);
      kept += isCalibrated(PerformanceEstimator.binary().add(good[0], good[1]).build()) ? 0 : 1;
      double[][] bad = new World(seed, p -> p * p).rows(2000, 1);
      assertThat(isCalibrated(PerformanceEstimator.binary().add(bad[0], bad[1]).build())).isTrue();
    }
    assertThat(kept).isGreaterThanOrEqualTo(14);
  }

  @Test
  void noRowsExpectNothingAndFailNothing() {
    PerformanceEstimator cbpe =
        PerformanceEstimator.binary()
            .add(new double[] {0, 1, 0, 1}, new double[] {0.2, 0.7, 0.4, 0.6})
            .build();
    PerformanceEstimator.Estimate nothing = cbpe.window().estimate();
    for (String figure : ESTIMATES) {
      assertThat(nothing.figure(figure)).isInstanceOf(Metric.Undefined.class);
    }
    assertThat(nothing.figure("true_positives")).isEqualTo(new Metric.Value(0, 0));
    assertThat(nothing.figure("true_negatives")).isEqualTo(new Metric.Value(0, 0));
    assertThat(nothing.limits()).isNotEmpty();
    PerformanceEstimator.Window unscored = cbpe.window();
    unscored.add(new double[] {NAN, NAN});
    assertThat(unscored.estimate().missing()).isEqualTo(2);
    assertThat(unscored.estimate().figure("accuracy"))
        .isEqualTo(new Metric.Undefined("no row has a score"));
  }

  @Test
  void aWindowWithoutDecisionsForTheEventHasNoPrecision() {
    PerformanceEstimator cbpe =
        PerformanceEstimator.binary()
            .add(new double[] {0, 1, 0, 1}, new double[] {0.2, 0.7, 0.4, 0.6})
            .build();
    PerformanceEstimator.Window window = cbpe.window();
    window.add(0.4);
    assertThat(window.estimate().figure("precision"))
        .isEqualTo(new Metric.Undefined("no row was predicted positive"));
  }

  @Test
  void certainProbabilitiesExpectOneClass() {
    PerformanceEstimator certain =
        PerformanceEstimator.binary()
            .add(new double[] {0, 0, 1, 1}, new double[] {0, 0, 1, 1})
            .build();
    assertThat(isCalibrated(certain)).isFalse();
    PerformanceEstimator.Window window = certain.window();
    window.add(new double[] {0, 0});
    PerformanceEstimator.Estimate estimate = window.estimate();
    assertThat(estimate.figure("roc_auc"))
        .isEqualTo(new Metric.Undefined("only one class is expected"));
    assertThat(estimate.figure("recall")).isEqualTo(new Metric.Undefined("no event is expected"));
    assertThat(estimate.figure("accuracy").orElse(NAN)).isOne();
    assertThat(((Metric.Value) estimate.figure("accuracy")).standardError()).isPositive();
  }

  @Test
  void oneClassKeepsProbabilitiesAndCannotCalibrateMargins() {
    PerformanceEstimator one =
        PerformanceEstimator.binary().add(new double[3], new double[] {0.1, 0.2, 0.1}).build();
    assertThat(isCalibrated(one)).isFalse();
    assertThat(one.probability(0.7)).isEqualTo(0.7);
    assertThat(one.probability(7)).isOne();
    assertThat(one.probability(NAN)).isNaN();
    assertThat(one.toString()).contains("one class");
    PerformanceEstimator.Builder margins =
        PerformanceEstimator.binary().add(new double[2], new double[] {-3, 4});
    assertThatThrownBy(margins::build)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no probabilities");
  }

  @Test
  void marginsAreCalibratedEvenIfTheySeparate() {
    double most = Double.MAX_VALUE;
    PerformanceEstimator cbpe =
        PerformanceEstimator.binary()
            .add(new double[] {0, 0, 1, 1}, new double[] {-most, -1, 1, most})
            .threshold(0)
            .build();
    assertThat(isCalibrated(cbpe)).isTrue();
    PerformanceEstimator.Window window = cbpe.window();
    window.add(new double[] {-INFINITY, INFINITY, -0.0, 0.0, most, -most});
    PerformanceEstimator.Estimate estimate = window.estimate();
    assertThat(estimate.outside()).isEqualTo(2);
    assertThat(estimate.limits()).anyMatch(limit -> limit.startsWith("2 of 6 rows (33.3 %)"));
    assertThat(count(estimate, "true_negatives")).isEqualTo(2);
    assertThat(count(estimate, "true_positives")).isEqualTo(3);
  }

  @Test
  void equalScoresAreOneBin() {
    double[] same = new double[100];
    Arrays.fill(same, 0.3);
    double[] labels = new double[100];
    Arrays.fill(labels, 0, 80, 1);
    PerformanceEstimator cbpe = PerformanceEstimator.binary().add(labels, same).build();
    assertThat(isCalibrated(cbpe)).isTrue();
    PerformanceEstimator.Window window = cbpe.window();
    window.add(same);
    assertThat(window.estimate().figure("recall").orElse(NAN)).isZero();
    assertThat(window.estimate().figure("roc_auc").orElse(NAN)).isCloseTo(0.5, within(1e-9));
    assertThat(window.estimate().figure("accuracy").orElse(NAN)).isCloseTo(0.2, within(1e-9));
  }

  @Test
  void rowsWithoutLabelOrScoreAreLeftOutAndCounted() {
    PerformanceEstimator cbpe =
        PerformanceEstimator.binary()
            .add(new double[] {1, NAN, 0, 1}, new double[] {0.9, 0.1, 0.2, NAN})
            .build();
    assertThat(cbpe.rows()).isEqualTo(2);
    assertThat(cbpe.missing()).isEqualTo(2);
  }

  @Test
  void badInputIsRefusedWithItsPlace() {
    PerformanceEstimator.Builder builder = PerformanceEstimator.binary();
    assertThatThrownBy(builder::build)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("0 reference rows");
    assertThatThrownBy(() -> builder.add(new double[1], new double[2]))
        .hasMessageContaining("1 labels, 2 scores");
    assertThatThrownBy(() -> builder.add(new double[] {0, 2}, new double[2]))
        .hasMessageContaining("labels[1] = 2.0");
    assertThatThrownBy(() -> builder.add(new double[2], new double[] {0, INFINITY}))
        .hasMessageContaining("scores[1] = Infinity");
    assertThatThrownBy(builder.add(new double[] {NAN}, new double[] {0.5})::build)
        .hasMessageContaining("1 reference rows, none with a label and a score");
  }

  @ParameterizedTest
  @ValueSource(doubles = {NAN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
  void aThresholdIsFinite(double threshold) {
    assertThatThrownBy(() -> PerformanceEstimator.binary().threshold(threshold))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void twoReferenceRowsAreTooFewToCalibrate() {
    PerformanceEstimator cbpe =
        PerformanceEstimator.binary().add(new double[] {1, 0}, new double[] {0.2, 0.8}).build();
    assertThat(isCalibrated(cbpe)).isFalse();
  }

  @Test
  void aWindowIsReadAsItWasWritten() {
    double[] labels =
        IntStream.range(0, 400).mapToDouble(row -> row * 7 % 3 == 0 ? 1 : 0).toArray();
    double[] scores = IntStream.range(0, 400).mapToDouble(row -> row / 400.0).toArray();
    PerformanceEstimator cbpe = PerformanceEstimator.binary().add(labels, scores).build();
    PerformanceEstimator.Window window = cbpe.window();
    window.add(new double[] {0.1, 0.7, 0.7, 3, NAN});
    byte[] bytes = window.toBytes();
    PerformanceEstimator.Window read = cbpe.window(bytes);
    assertThat(read.toBytes()).isEqualTo(bytes);
    assertThat(read.estimate()).isEqualTo(window.estimate());
    assertThat(read.merge(window).estimate().rows()).isEqualTo(8);
    PerformanceEstimator other =
        PerformanceEstimator.binary().add(labels, scores).threshold(0.3).build();
    assertThatThrownBy(() -> other.window(bytes)).hasMessageContaining("another estimator");
    double[] corrected = labels.clone();
    Arrays.fill(corrected, 300, 400, 1);
    PerformanceEstimator ofOtherLabels =
        PerformanceEstimator.binary().add(corrected, scores).build();
    assertThat(isCalibrated(ofOtherLabels)).isTrue();
    assertThatThrownBy(() -> ofOtherLabels.window(bytes)).hasMessageContaining("another estimator");
    assertThat(PerformanceEstimator.binary().add(labels, scores).build().window(bytes).toBytes())
        .isEqualTo(bytes);
    bytes[20]++;
    assertThatThrownBy(() -> cbpe.window(bytes)).isInstanceOf(DataException.class);
  }
}
