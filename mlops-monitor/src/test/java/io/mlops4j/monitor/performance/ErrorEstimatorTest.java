package io.mlops4j.monitor.performance;

import static io.mlops4j.monitor.golden.GoldenFile.doubles;
import static io.mlops4j.monitor.performance.PerformanceCases.agrees;
import static io.mlops4j.monitor.performance.PerformanceCases.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.error.DataException;
import io.mlops4j.monitor.golden.GoldenFile;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ErrorEstimatorTest {
  private static final double NAN = Double.NaN;
  private static final double INFINITY = Double.POSITIVE_INFINITY;
  private static final double[][] NO_FEATURES = {{}, {}};

  /** One error of each tree would change the leaf of some row. */
  @Test
  void figuresAreThoseOfScikitLearnsTreeOnHonestHalves() {
    JsonNode golden = GoldenFile.read("edge/estimate_cases.json").get("dle").get(0);
    PerformanceEstimator dle =
        PerformanceEstimator.regression()
            .add(
                doubles(golden.get("labels")),
                rows(golden.get("features")),
                doubles(golden.get("predictions")))
            .build();
    assertThat(leaves(dle)).isEqualTo(golden.get("leaves").asInt());
    PerformanceEstimator.Window window = dle.window();
    window.add(rows(golden.get("window")), doubles(golden.get("answers")));
    agrees(window.estimate().figure("mae"), golden.get("mae"), 1e-9, 1e-9);
    agrees(window.estimate().figure("rmse"), golden.get("rmse"), 1e-9, 1e-9);
    assertThat(window.estimate().rows()).isEqualTo(400);
  }

  private static int leaves(PerformanceEstimator dle) {
    return ((ErrorEstimator) dle).leaves();
  }

  /** A model whose errors grow with its third feature. */
  private static final class World {
    final SplittableRandom random;
    double[] labels = {};
    double[][] features = {};
    double[] predictions = {};

    World(long seed) {
      this.random = new SplittableRandom(seed);
    }

    World draw(int rows, double shift) {
      labels = new double[rows];
      features = new double[rows][];
      predictions = new double[rows];
      for (int row = 0; row < rows; row++) {
        double third = random.nextGaussian() + shift;
        features[row] = new double[] {random.nextGaussian(), random.nextGaussian(), third};
        predictions[row] = features[row][0] + 2 * features[row][1];
        labels[row] = predictions[row] + (0.2 + Math.abs(third)) * random.nextGaussian();
      }
      return this;
    }

    PerformanceEstimator fit() {
      return PerformanceEstimator.regression().add(labels, features, predictions).build();
    }
  }

  @Test
  void intervalsHoldTheRealisedFigureAsOftenAsTheySay() {
    long seed = 67;
    World world = new World(seed);
    int rounds = 300;
    int absolute = 0;
    int squared = 0;
    for (int round = 0; round < rounds; round++) {
      PerformanceEstimator dle = world.draw(1200, 0).fit();
      world.draw(400, 0);
      PerformanceEstimator.Window window = dle.window();
      window.add(world.features, world.predictions);
      RegressionPerformance realised = RegressionPerformance.of(world.labels, world.predictions);
      absolute += holds(window.estimate().figure("mae"), realised.meanAbsoluteError());
      squared += holds(window.estimate().figure("rmse"), realised.rootMeanSquaredError());
    }
    assertThat(absolute / (double) rounds).as("seed " + seed).isBetween(0.915, 0.985);
    assertThat(squared / (double) rounds).as("seed " + seed).isBetween(0.915, 0.985);
  }

  private static int holds(Metric estimate, Metric realised) {
    return ((Metric.Value) estimate).interval(0.95).contains(realised.orElse(NAN)) ? 1 : 0;
  }

  @Test
  void covariateShiftMovesTheEstimateTowardsTheRealisedFigure() {
    World world = new World(71);
    PerformanceEstimator dle = world.draw(20_000, 0).fit();
    double before = expected(dle, world.draw(20_000, 0));
    double after = expected(dle, world.draw(20_000, 1));
    double realised =
        RegressionPerformance.of(world.labels, world.predictions).meanAbsoluteError().orElse(NAN);
    assertThat(before).isCloseTo(0.796, within(0.03));
    assertThat(realised).isGreaterThan(1.05);
    assertThat(after).isCloseTo(realised, within(0.06));
  }

  private static double expected(PerformanceEstimator dle, World world) {
    PerformanceEstimator.Window window = dle.window();
    window.add(world.features, world.predictions);
    return window.estimate().figure("mae").orElse(NAN);
  }

  @Test
  void conceptDriftIsNotSeenAndThatIsSaid() {
    World world = new World(73);
    PerformanceEstimator dle = world.draw(2000, 0).fit();
    PerformanceEstimator.Window window = dle.window();
    window.add(world.draw(2000, 0).features, world.predictions);
    double[] other = Arrays.stream(world.labels).map(label -> label + 10).toArray();
    assertThat(RegressionPerformance.of(other, world.predictions).meanAbsoluteError().orElse(0))
        .isGreaterThan(9);
    assertThat(window.estimate().figure("mae").orElse(NAN)).isLessThan(1);
    assertThat(window.estimate().limits()).anyMatch(limit -> limit.contains("Concept drift"));
  }

  @Test
  void mergedWindowsAreExactlyTheWindowOfAllRowsInAnyOrder() {
    World world = new World(79);
    PerformanceEstimator dle = world.draw(2000, 0).fit();
    world.draw(1000, 1);
    world.predictions[3] = NAN;
    world.features[4][0] = INFINITY;
    PerformanceEstimator.Window all = dle.window();
    all.add(world.features, world.predictions);
    PerformanceEstimator.Window[] parts = {dle.window(), dle.window()};
    for (int row = 999; row >= 0; row--) {
      parts[world.random.nextInt(2)].add(
          new double[][] {world.features[row]}, new double[] {world.predictions[row]});
    }
    PerformanceEstimator.Estimate merged = parts[0].merge(parts[1]).estimate();
    assertThat(merged).isEqualTo(all.estimate());
    assertThat(merged.rows()).isEqualTo(999);
    assertThat(merged.missing()).isOne();
    assertThat(merged.outside()).isPositive();
    assertThat(merged.limits()).anyMatch(limit -> limit.contains("beyond the reference's"));
    PerformanceEstimator other =
        PerformanceEstimator.regression().add(new double[2], NO_FEATURES, new double[2]).build();
    assertThatThrownBy(() -> all.merge(other.window()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("two estimators");
  }

  /** The kinds of rows are others, although all features and predictions are the same. */
  @Test
  void aWindowOfOtherLabelsIsRefused() {
    double[][] features = new double[2_000][1];
    double[] predictions = new double[2_000];
    double[] labels = new double[2_000];
    double[] others = new double[2_000];
    for (int row = 0; row < 2_000; row++) {
      features[row][0] = row % 3;
      labels[row] = row % 3 == 0 ? 1 : 7;
      others[row] = row % 3 == 2 ? 7 : 1;
    }
    PerformanceEstimator dle =
        PerformanceEstimator.regression().add(labels, features, predictions).build();
    PerformanceEstimator other =
        PerformanceEstimator.regression().add(others, features, predictions).build();
    assertThat(leaves(other)).isEqualTo(leaves(dle)).isEqualTo(2);
    byte[] bytes = dle.window().toBytes();
    assertThat(
            PerformanceEstimator.regression()
                .add(labels, features, predictions)
                .build()
                .window(bytes))
        .isNotNull();
    assertThatThrownBy(() -> other.window(bytes)).hasMessageContaining("another estimator");
  }

  @Test
  void aWindowIsReadAsItWasWritten() {
    World world = new World(80);
    PerformanceEstimator dle = world.draw(2000, 0).fit();
    world.draw(100, 1);
    world.predictions[3] = NAN;
    world.features[4][0] = INFINITY;
    PerformanceEstimator.Window window = dle.window();
    window.add(world.features, world.predictions);
    byte[] bytes = window.toBytes();
    PerformanceEstimator.Window read = dle.window(bytes);
    assertThat(read.toBytes()).isEqualTo(bytes);
    assertThat(read.estimate()).isEqualTo(window.estimate());
    assertThat(read.merge(window).estimate().rows()).isEqualTo(198);
    PerformanceEstimator other = world.draw(2000, 0).fit();
    assertThatThrownBy(() -> other.window(bytes)).hasMessageContaining("another estimator");
    bytes[20]++;
    assertThatThrownBy(() -> dle.window(bytes)).isInstanceOf(DataException.class);
  }

  @Test
  void fewRowsAreOneKindMeasuredByAll() {
    PerformanceEstimator dle =
        PerformanceEstimator.regression()
            .add(new double[] {1, 2, 3}, new double[][] {{1}, {2}, {3}}, new double[] {2, 4, 6})
            .build();
    assertThat(leaves(dle)).isOne();
    PerformanceEstimator.Window window = dle.window();
    window.add(new double[][] {{2}}, new double[] {2});
    PerformanceEstimator.Estimate estimate = window.estimate();
    assertThat(estimate.figure("mae").orElse(NAN)).isCloseTo(2, within(1e-12));
    assertThat(estimate.figure("rmse").orElse(NAN)).isCloseTo(Math.sqrt(14 / 3.0), within(1e-12));
    // variance 1 of one row of the window, and of the mean of three rows
    assertThat(((Metric.Value) estimate.figure("mae")).standardError())
        .isCloseTo(Math.sqrt(1 + 1 / 3.0), within(1e-12));
    assertThat(dle.toString()).isEqualTo("PerformanceEstimator of 3 rows, leaves: 1");
  }

  @Test
  void aSingleReferenceRowLeavesTheErrorUnknown() {
    PerformanceEstimator dle =
        PerformanceEstimator.regression()
            .add(new double[] {1}, new double[][] {{}}, new double[] {4})
            .build();
    PerformanceEstimator.Window window = dle.window();
    window.add(new double[1][0], new double[] {4});
    assertThat(window.estimate().figure("mae")).isEqualTo(new Metric.Value(3, INFINITY));
  }

  @Test
  void noRowsExpectNothingAndFailNothing() {
    PerformanceEstimator dle =
        PerformanceEstimator.regression()
            .add(new double[2], NO_FEATURES, new double[] {1, 2})
            .build();
    PerformanceEstimator.Window window = dle.window();
    window.add(NO_FEATURES, new double[] {NAN, NAN});
    PerformanceEstimator.Estimate nothing = window.estimate();
    assertThat(nothing.missing()).isEqualTo(2);
    assertThat(nothing.figure("mae")).isEqualTo(new Metric.Undefined("no row has a prediction"));
    assertThat(nothing.figure("rmse")).isEqualTo(new Metric.Undefined("no row has a prediction"));
    assertThat(nothing.limits()).isNotEmpty();
  }

  @Test
  void aPerfectReferenceExpectsNoError() {
    PerformanceEstimator dle =
        PerformanceEstimator.regression()
            .add(new double[] {1, 2}, NO_FEATURES, new double[] {1, 2})
            .build();
    PerformanceEstimator.Window window = dle.window();
    window.add(new double[1][0], new double[] {1});
    assertThat(window.estimate().figure("mae")).isEqualTo(new Metric.Value(0, 0));
    assertThat(window.estimate().figure("rmse")).isEqualTo(new Metric.Value(0, 0));
  }

  @ParameterizedTest
  @ValueSource(doubles = {1e200, 1e-200, 1e307})
  void squaresDoNotOverflow(double unit) {
    PerformanceEstimator dle =
        PerformanceEstimator.regression()
            .add(new double[] {0, 0, 0}, new double[3][0], new double[] {unit, 2 * unit, 3 * unit})
            .build();
    PerformanceEstimator.Window window = dle.window();
    window.add(new double[1][0], new double[] {unit});
    assertThat(window.estimate().figure("rmse").orElse(NAN) / unit)
        .isCloseTo(Math.sqrt(14 / 3.0), within(1e-12));
  }

  /** Rows with a missing or an infinite feature have larger errors, and the tree says so. */
  @Test
  void missingAndInfiniteFeaturesAreKindsOfRows() {
    int rows = 900;
    double[] labels = new double[rows];
    double[][] features = new double[rows][];
    double[] predictions = new double[rows];
    double[] values = {NAN, 1, INFINITY};
    for (int row = 0; row < rows; row++) {
      int kind = row / 2 % 3;
      features[row] = new double[] {values[kind], 7};
      predictions[row] = kind == 0 ? 10 : kind == 1 ? 1 : 20;
      labels[row] = 0;
      predictions[row] *= row % 4 < 2 ? 1 : -1;
    }
    PerformanceEstimator dle =
        PerformanceEstimator.regression().add(labels, features, predictions).build();
    double[] expected = {10, 1, 20};
    for (int kind = 0; kind < 3; kind++) {
      PerformanceEstimator.Window window = dle.window();
      window.add(new double[][] {{values[kind], 7}}, new double[] {0.5});
      assertThat(window.estimate().figure("mae").orElse(NAN))
          .isCloseTo(expected[kind], within(1e-9));
      assertThat(window.estimate().outside()).isZero();
      window.add(new double[][] {{values[kind], NAN}}, new double[] {0.5});
      assertThat(window.estimate().outside()).isOne();
    }
  }

  /** The rows that measure are all of another kind than those that split. */
  @Test
  void leavesThatNoRowMeasuresTakeTheirAncestorsErrors() {
    int rows = 1000;
    double[] labels = new double[rows];
    double[][] features = new double[rows][];
    double[] predictions = new double[rows];
    for (int row = 0; row < rows; row++) {
      boolean splits = row % 2 == 0;
      double kind = splits ? row / 2 % 2 : 5;
      features[row] = new double[] {kind};
      predictions[row] = splits ? 3 * kind : 4;
    }
    PerformanceEstimator dle =
        PerformanceEstimator.regression().add(labels, features, predictions).build();
    assertThat(leaves(dle)).isGreaterThan(1);
    PerformanceEstimator.Window window = dle.window();
    window.add(new double[][] {{0}}, new double[] {0});
    assertThat(window.estimate().figure("mae").orElse(NAN)).isEqualTo(4);
  }

  @Test
  void rowsWithoutLabelOrPredictionAreLeftOutAndCounted() {
    PerformanceEstimator dle =
        PerformanceEstimator.regression()
            .add(new double[] {1, NAN, 1}, new double[3][0], new double[] {2, 2, NAN})
            .build();
    assertThat(dle.rows()).isOne();
    assertThat(dle.missing()).isEqualTo(2);
  }

  @Test
  void badInputIsRefusedWithItsPlaceAndAddsNothing() {
    PerformanceEstimator.Builder builder = PerformanceEstimator.regression();
    assertThatThrownBy(builder::build)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("0 reference rows");
    assertThatThrownBy(() -> builder.add(new double[1], NO_FEATURES, new double[1]))
        .hasMessageContaining("1 labels, 2 rows of features, 1 predictions");
    assertThatThrownBy(() -> builder.add(new double[2], new double[][] {{}, {1}}, new double[2]))
        .hasMessageContaining("features[1] has length 1");
    assertThatThrownBy(
            () -> builder.add(new double[] {0, INFINITY}, NO_FEATURES, new double[] {1, INFINITY}))
        .hasMessageContaining("row 1 has label Infinity");
    double most = Double.MAX_VALUE;
    assertThatThrownBy(
            () -> builder.add(new double[] {0, -most}, NO_FEATURES, new double[] {1, most}))
        .hasMessageContaining("row 1");
    PerformanceEstimator dle = builder.add(new double[1], new double[1][0], new double[1]).build();
    assertThat(dle.rows()).isOne();
    PerformanceEstimator.Window window = dle.window();
    assertThatThrownBy(() -> window.add(new double[][] {{1}}, new double[] {1}))
        .hasMessageContaining("need the 0 features");
    assertThatThrownBy(() -> window.add(new double[][] {{}, {1}}, new double[2]))
        .hasMessageContaining("features[1] has length 1");
    assertThatThrownBy(() -> window.add(NO_FEATURES, new double[1]))
        .hasMessageContaining("2 rows of features, 1 predictions");
    assertThat(window.estimate().rows()).isZero();
  }
}
