package io.mlops4j.monitor.performance;

import static io.mlops4j.monitor.golden.GoldenFile.doubles;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.error.DataException;
import io.mlops4j.monitor.golden.GoldenFile;
import io.mlops4j.monitor.performance.ClassConfusion.Averaging;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ClassEstimatorTest {
  private static final double NAN = Double.NaN;

  static Stream<JsonNode> golden() {
    return GoldenFile.elements(GoldenFile.read("edge/estimate_cases.json").get("cbpe_classes"));
  }

  private static double[][] rows(JsonNode rows) {
    return GoldenFile.elements(rows).map(GoldenFile::doubles).toArray(double[][]::new);
  }

  private static int[] labels(JsonNode labels) {
    return Arrays.stream(doubles(labels)).mapToInt(label -> (int) label).toArray();
  }

  private static PerformanceEstimator.Window window(PerformanceEstimator cbpe, double[][] rows) {
    PerformanceEstimator.Window window = cbpe.window();
    window.add(rows);
    return window;
  }

  /** Sums are kept in units of 2^-30. */
  @ParameterizedTest
  @MethodSource("golden")
  void figuresAreThoseOfThePublishedFormulasRowByRow(JsonNode golden) {
    PerformanceEstimator cbpe =
        PerformanceEstimator.multiClass(3)
            .add(labels(golden.get("labels")), rows(golden.get("probabilities")))
            .build();
    PerformanceEstimator.Estimate estimate = window(cbpe, rows(golden.get("window"))).estimate();
    assertThat(estimate.rows()).isEqualTo(300);
    agrees(estimate.figure("accuracy"), golden, "accuracy");
    agrees(estimate.figure("precision_macro"), golden, "precision");
    agrees(estimate.figure("recall_macro"), golden, "recall");
    agrees(estimate.figure("f1_macro"), golden, "f1");
    agrees(estimate.figure("roc_auc_ovr"), golden, "roc_auc");
    assertThat(estimate.limits().get(1))
        .contains("those of " + golden.get("calibrated").asInt() + " of 3 classes are calibrated");
  }

  private static void agrees(Metric metric, JsonNode golden, String name) {
    assertThat(metric.orElse(NAN)).as(name).isCloseTo(golden.get(name).asDouble(), within(1e-8));
  }

  /** Three classes whose probabilities are known and distorted; windows are harder. */
  private record World(SplittableRandom random) {
    static final class Drawn {
      final int[] labels;
      final double[][] scores;

      Drawn(int rows) {
        labels = new int[rows];
        scores = new double[rows][3];
      }
    }

    Drawn draw(int rows, double power) {
      Drawn drawn = new Drawn(rows);
      for (int row = 0; row < rows; row++) {
        double[] p = new double[3];
        for (int c = 0; c < 3; c++) {
          p[c] = Math.pow(-Math.log(1 - random.nextDouble()), power);
        }
        normalise(p);
        double u = random.nextDouble();
        drawn.labels[row] = u < p[0] ? 0 : u < p[0] + p[1] ? 1 : 2;
        for (int c = 0; c < 3; c++) {
          drawn.scores[row][c] = p[c] * p[c];
        }
        normalise(drawn.scores[row]);
      }
      return drawn;
    }

    private static void normalise(double[] p) {
      double sum = p[0] + p[1] + p[2];
      for (int c = 0; c < 3; c++) {
        p[c] /= sum;
      }
    }
  }

  private static final List<String> ESTIMATES =
      List.of("accuracy", "precision_macro", "recall_macro", "f1_macro", "roc_auc_ovr");

  private static Metric realised(MultiClassPerformance performance, int figure) {
    ClassConfusion decisions = performance.confusion();
    return switch (figure) {
      case 0 -> decisions.accuracy();
      case 1 -> decisions.precision(Averaging.MACRO);
      case 2 -> decisions.recall(Averaging.MACRO);
      case 3 -> decisions.f1(Averaging.MACRO);
      default -> performance.rocAuc();
    };
  }

  /** The reference is drawn anew each time, so that its own error counts. */
  @Test
  void intervalsHoldTheRealisedFigureAtLeastAsOftenAsTheySay() {
    long seed = 47;
    World world = new World(new SplittableRandom(seed));
    int rounds = 200;
    int[] held = new int[ESTIMATES.size()];
    for (int round = 0; round < rounds; round++) {
      World.Drawn reference = world.draw(1_000, 1.5);
      PerformanceEstimator cbpe =
          PerformanceEstimator.multiClass(3).add(reference.labels, reference.scores).build();
      World.Drawn current = world.draw(500, 1.2);
      PerformanceEstimator.Estimate estimate = window(cbpe, current.scores).estimate();
      MultiClassPerformance realised = MultiClassPerformance.of(3, current.labels, current.scores);
      for (int figure = 0; figure < held.length; figure++) {
        Metric.Value value = (Metric.Value) estimate.figure(ESTIMATES.get(figure));
        held[figure] +=
            value.interval(0.95).contains(realised(realised, figure).orElse(NAN)) ? 1 : 0;
        assertThat(value.standardError()).as("not too wide").isLessThan(0.05);
      }
    }
    for (int figure = 0; figure < held.length; figure++) {
      assertThat(held[figure] / (double) rounds)
          .as("seed %s figure %s", seed, figure)
          .isGreaterThan(0.91);
    }
  }

  @Test
  void windowsMergeAndTravelExactly() {
    World world = new World(new SplittableRandom(48));
    World.Drawn reference = world.draw(500, 1);
    PerformanceEstimator cbpe =
        PerformanceEstimator.multiClass(3).add(reference.labels, reference.scores).build();
    double[][] rows = world.draw(90, 1).scores;
    rows[17] = new double[] {0.5, NAN, 0.5};
    PerformanceEstimator.Window all = window(cbpe, rows);
    PerformanceEstimator.Window parts =
        window(cbpe, Arrays.copyOfRange(rows, 0, 30))
            .merge(window(cbpe, Arrays.copyOfRange(rows, 30, 90)));
    assertThat(parts.toBytes()).isEqualTo(all.toBytes());
    assertThat(all.estimate().missing()).isOne();
    assertThat(cbpe.window(all.toBytes()).estimate()).isEqualTo(all.estimate());

    byte[] damaged = all.toBytes();
    damaged[damaged.length / 2] ^= 1;
    assertThatThrownBy(() -> cbpe.window(damaged)).isInstanceOf(DataException.class);
    World.Drawn others = world.draw(400, 1);
    PerformanceEstimator other =
        PerformanceEstimator.multiClass(3).add(others.labels, others.scores).build();
    assertThatThrownBy(() -> other.window(all.toBytes()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("belongs to another estimator");
    assertThatThrownBy(() -> all.merge(other.window()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("same PerformanceEstimator");
  }

  @Test
  void whatCannotBeUsedIsRefusedOrCounted() {
    PerformanceEstimator.Builder builder = PerformanceEstimator.multiClass(2);
    assertThatThrownBy(builder::build).hasMessageContaining("0 reference rows, none with a label");
    builder.add(new int[] {MultiClassPerformance.UNKNOWN, 0}, new double[][] {{1, 0}, {NAN, 1}});
    assertThatThrownBy(builder::build).hasMessageContaining("2 reference rows, none with a label");
    assertThatThrownBy(() -> builder.add(new int[] {2}, new double[][] {{1, 0}}))
        .hasMessageContaining("labels[0] = 2");
    assertThatThrownBy(
            () -> builder.add(new int[] {1}, new double[][] {{Double.POSITIVE_INFINITY, 0}}))
        .hasMessageContaining("probabilities[0][0] = Infinity");
    assertThatThrownBy(() -> PerformanceEstimator.multiClass(1))
        .hasMessageContaining("classes = 1");
    PerformanceEstimator cbpe =
        builder.add(new int[] {0, 1}, new double[][] {{0.8, 0.2}, {0.4, 0.6}}).build();
    assertThat(cbpe.missing()).isEqualTo(2);
    assertThat(cbpe.rows()).isEqualTo(2);
    assertThat(cbpe.window().estimate().figure("accuracy")).isInstanceOf(Metric.Undefined.class);
    assertThatThrownBy(() -> cbpe.window().add(new double[][] {{1}}))
        .hasMessageContaining("has length 1");
    PerformanceEstimator.Window window = cbpe.window();
    window.add(
        new double[][] {
          {0, 0}
        }); // a row without any probability says nothing: each class is as likely
    assertThat(window.estimate().figure("accuracy").orElse(NAN)).isEqualTo(0.5);
  }
}
