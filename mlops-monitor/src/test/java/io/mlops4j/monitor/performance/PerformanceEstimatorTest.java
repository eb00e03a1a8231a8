package io.mlops4j.monitor.performance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.mlops4j.model.Digest;
import java.util.List;
import org.junit.jupiter.api.Test;

class PerformanceEstimatorTest {
  private static final double NAN = Double.NaN;

  private final PerformanceEstimator binary =
      PerformanceEstimator.binary()
          .add(new double[] {0, 1, 0, 1, NAN}, new double[] {0.2, 0.7, 0.4, 0.6, 0.5})
          .threshold(0.45)
          .build();
  private final PerformanceEstimator classes =
      PerformanceEstimator.multiClass(3)
          .add(
              new int[] {0, 1, 2, 1, -1},
              new double[][] {{.6, .3, .1}, {.2, .5, .3}, {.1, .1, .8}, {.4, .35, .25}, {1, 0, 0}})
          .build();
  private final PerformanceEstimator regression =
      PerformanceEstimator.regression()
          .add(
              new double[] {1, 2, 3, NAN},
              new double[][] {{1}, {2}, {3}, {4}},
              new double[] {2, 4, 6, 8})
          .build();

  /** The digests are of the bytes that the three former classes of estimators wrote. */
  @Test
  void storedWindowsStayReadable() {
    PerformanceEstimator.Window scores = binary.window();
    scores.add(0.1, 0.7, 0.5, NAN);
    isStill(scores, "b4a2564bf88188316488e4397951e271c2781f6028b0849397afaafd87945123");
    PerformanceEstimator.Window probabilities = classes.window();
    probabilities.add(new double[][] {{.5, .25, .25}, {.1, .2, .7}, {NAN, 0, 1}});
    isStill(probabilities, "6aeb3320a902f0dedb312017ebfc0de49959e513be21800d61abe19e0a28c407");
    PerformanceEstimator.Window numbers = regression.window();
    numbers.add(new double[][] {{2}, {9}, {7}}, new double[] {2, NAN, 3});
    isStill(numbers, "e3e978a2204871b47d5b305814b64c0416ebbcfe3d1e371a3bc8c26025b853fd");
  }

  private static void isStill(PerformanceEstimator.Window window, String digest) {
    assertThat(Digest.sha256(window.toBytes()).toString()).isEqualTo("sha256:" + digest);
  }

  @Test
  void rowsOfAnotherTaskAreRefusedWithTheMethodToCall() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> regression.window().add(0.5))
        .withMessageContaining("expected add(double[][] features, double[] predictions)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> binary.window().add(new double[][] {{0.5, 0.5}}))
        .withMessageContaining("expected add(double[] scores)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> classes.window().add(new double[1][1], new double[1]))
        .withMessageContaining("expected add(double[][] probabilities)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PerformanceEstimator.multiClass(3).add(new double[1], new double[1]))
        .withMessageContaining("expected add(int[] labels, double[][] probabilities)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PerformanceEstimator.regression().threshold(0.3))
        .withMessageContaining("only an estimator of binary()");
    assertThatIllegalArgumentException().isThrownBy(() -> classes.probability(0.5));
  }

  @Test
  void figuresAreFoundByNameOrTheirNamesAreListed() {
    for (PerformanceEstimator one : List.of(binary, classes, regression)) {
      assertThat(one.missing()).isOne();
      assertThatIllegalArgumentException()
          .isThrownBy(() -> one.window().estimate().figure("rocAuc"))
          .withMessageContaining("expected one of ")
          .withMessageContaining(one.classes() == 0 ? "mae" : "accuracy");
    }
  }

  @Test
  void expectedCountsHaveTheErrorOfTheirOutcomes() {
    PerformanceEstimator even =
        PerformanceEstimator.binary()
            .add(new double[] {0, 1, 0, 1}, new double[] {0.5, 0.5, 0.5, 0.5})
            .build();
    PerformanceEstimator.Window window = even.window();
    window.add(0.5, 0.5);
    Metric.Value hits = (Metric.Value) window.estimate().figure("true_positives");
    assertThat(hits.value()).isEqualTo(1);
    // two outcomes of variance 1/4; the reference's share 1/2 has variance (1/4) / 4, twice
    // together
    assertThat(hits.standardError()).isEqualTo(Math.sqrt(2 * 0.25 + 4 * 0.25 / 4));
  }
}
