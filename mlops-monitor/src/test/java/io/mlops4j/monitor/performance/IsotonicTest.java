package io.mlops4j.monitor.performance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** ScoreEstimatorTest compares with scikit-learn. */
class IsotonicTest {

  @Test
  void violatorsArePooledAndGapsAreLinear() {
    Isotonic fit = Isotonic.fit(new double[] {1, 2, 3, 5}, new double[] {0, 1, 0, 1});
    assertThat(fit.at(1)).isZero();
    assertThat(fit.at(1.5)).isEqualTo(0.25);
    assertThat(fit.at(2)).isEqualTo(0.5);
    assertThat(fit.at(2.7)).isEqualTo(0.5);
    assertThat(fit.at(4)).isEqualTo(0.75);
    assertThat(fit.at(5)).isOne();
  }

  @Test
  void beyondTheEndsItIsConstant() {
    Isotonic fit = Isotonic.fit(new double[] {1, 2}, new double[] {0, 1});
    assertThat(fit.at(Double.NEGATIVE_INFINITY)).isZero();
    assertThat(fit.at(Double.POSITIVE_INFINITY)).isOne();
  }

  @Test
  void equalValuesHaveTheirMean() {
    Isotonic fit = Isotonic.fit(new double[] {2, 2, 2, 2}, new double[] {1, 0, 0, 0});
    assertThat(fit.at(-7)).isEqualTo(0.25);
    assertThat(fit.at(2)).isEqualTo(0.25);
  }

  @Test
  void theDistanceOfHugeValuesIsFinite() {
    double most = Double.MAX_VALUE;
    Isotonic fit = Isotonic.fit(new double[] {-most, most}, new double[] {0, 1});
    assertThat(fit.at(0)).isCloseTo(0.5, within(1e-12));
  }

  @Test
  void itAscendsAndKeepsTheMean() {
    long seed = 31;
    SplittableRandom random = new SplittableRandom(seed);
    for (int round = 0; round < 200; round++) {
      double[] x =
          random.doubles(1 + random.nextInt(200)).map(v -> Math.rint(v * 40)).sorted().toArray();
      double[] y = Arrays.stream(x).map(v -> random.nextDouble() * 40 < v ? 1 : 0).toArray();
      Isotonic fit = Isotonic.fit(x, y);
      double[] at = Arrays.stream(x).map(fit::at).toArray();
      String input = "seed " + seed + " round " + round;
      assertThat(at).as(input).isSorted();
      assertThat(Arrays.stream(at).sum()).as(input).isCloseTo(Arrays.stream(y).sum(), within(1e-9));
    }
  }
}
